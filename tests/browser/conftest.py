"""One JupyterLab and one Chromium for all browser tests; a page and a kernel for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.browser.hostile import CELLS
from tests.browser.lab import FLAGS, Lab, Notebook, chromium, missing
from tests.browser.watch import Beacon


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
        assert one.watch.strangers == []


@pytest.fixture(scope="session")
def beacon() -> Iterator[Beacon]:
    """A server that canaries would call."""
    started = Beacon()
    yield started
    started.close()


@pytest.fixture(scope="session")
def hostile(lab, browser, beacon) -> Iterator[Notebook]:
    """A notebook whose workbench is made of canaries, with every panel in a cell: asked, mapped, explored."""
    lab.write("hostile.ipynb", [cell.replace("BEACON", repr(beacon.url)) for cell in CELLS])
    opened = lab.open(browser, "hostile.ipynb")
    opened.run_all()
    assert opened.problems() == []
    yield opened
    opened.close()
