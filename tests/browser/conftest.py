"""One JupyterLab and one Chromium for all browser tests; a page and a kernel for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.browser.lab import FLAGS, Lab, Notebook, chromium, missing


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a window."""
    if reason := missing():
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory) -> Iterator[Lab]:
    """A running JupyterLab."""
    started = Lab(tmp_path_factory.mktemp("lab") / "home")
    yield started
    started.close()


@pytest.fixture
def notebook(lab, browser, request) -> Iterator[Callable[..., Notebook]]:
    """Give `notebook(cells, width=1400, theme="light", run=True)`: a notebook that is open and has run."""
    opened: list[Notebook] = []

    def make(cells: Sequence[str], width: int = 1400, theme: str = "light", run: bool = True) -> Notebook:
        name = f"{request.node.name.split('[')[0]}-{len(opened)}.ipynb"
        lab.write(name, cells)
        one = lab.open(browser, name, width, theme)
        opened.append(one)
        if run:
            one.run_all()
            assert one.problems() == []
        return one

    yield make
    for one in opened:
        one.close()
