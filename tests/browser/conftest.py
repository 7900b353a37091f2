"""One JupyterLab and one Chromium for all browser tests; a page and a kernel for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce

import pytest

from tests.browser.canaries import canaries
from tests.browser.hostile import CELLS, IDS
from tests.browser.lab import FLAGS, Lab, Notebook, chromium, missing
from tests.browser.panel_page import PanelPage
from tests.browser.watch import Beacon
from tests.ollama.double import OllamaDouble
from workbench.widgets._live import LivePanel


@pytest.fixture(scope="package")
def browser():
    """Chromium, without a window."""
    if reason := missing():
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def show(browser) -> Iterator[Callable[[LivePanel], PanelPage]]:
    """Give `show(panel)`: a page in which one panel runs alone."""
    pages: list[PanelPage] = []

    def make(panel: LivePanel) -> PanelPage:
        pages.append(PanelPage(browser, panel))
        return pages[-1]

    yield make
    for page in pages:
        page.close()


@pytest.fixture(scope="package")
def lab(browser, tmp_path_factory) -> Iterator[Lab]:
    """A running JupyterLab."""
    started = Lab(tmp_path_factory.mktemp("lab") / "home")
    yield started
    started.close()


@pytest.fixture
def notebook(lab, browser, request) -> Iterator[Callable[..., Notebook]]:
    """Give `notebook(cells, width=1400, theme="light", run=True, script="")`: a notebook that is open and has run."""
    opened: list[Notebook] = []

    def make(
        cells: Sequence[str], width: int = 1400, theme: str = "light", run: bool = True, script: str = ""
    ) -> Notebook:
        name = f"{request.node.name.split('[')[0]}-{len(opened)}.ipynb"
        lab.write(name, cells)
        one = lab.open(browser, name, width, theme, script)
        opened.append(one)
        if run:
            one.run_all()
            assert one.problems() == []
        return one

    yield make
    for one in opened:
        one.close()


@pytest.fixture(scope="package")
def beacon() -> Iterator[Beacon]:
    """A server that canaries would call."""
    with Beacon() as started:
        yield started


@pytest.fixture(scope="package")
def evil_server(beacon) -> Iterator[OllamaDouble]:
    """An Ollama server whose models are called by canaries."""
    with OllamaDouble() as server:
        for number, (name, text) in enumerate(canaries(beacon.url).items()):
            if name != "half":  # JSON in UTF-8 has none
                server.add_model(text, ("embedding", "language")[number % 2])
        yield server


@pytest.fixture(scope="package")
def hostile(lab, browser, beacon, evil_server) -> Iterator[Notebook]:
    """A notebook in which every text is a canary: the app, a table, records, a server and errors."""
    places = {"BEACON": repr(beacon.url), "SERVER": repr(evil_server.url)}
    lab.write("hostile.ipynb", [reduce(lambda cell, one: cell.replace(*one), places.items(), cell) for cell in CELLS])
    opened = lab.open(browser, "hostile.ipynb")
    opened.run_all()
    for cell, names in IDS.items():
        for number, name in enumerate(names):
            box = opened.page.locator(".jp-CodeCell").nth(cell).locator(".wb-app").nth(number)
            box.evaluate("(node, name) => { node.id = name; }", name)
    yield opened
    opened.close()
