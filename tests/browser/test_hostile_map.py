"""The map of a corpus of canaries: what points, keys and names say, in a notebook, as a page and as a picture."""

from __future__ import annotations

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.canaries import mark, marks
from tests.browser.hostile import evil_map
from tests.browser.hostile_page import harm, missing_marks, ran, traces, turning
from tests.browser.kernel import python
from tests.browser.map_page import MapPage
from tests.browser.watch import Watch
from workbench.figures import map_svg, write_map

pytestmark = pytest.mark.browser


def test_pointing_shows_text(hostile, beacon):
    chart = MapPage(hostile, "#whole .wb-left")
    python(hostile, "wb.color = 'source'")
    hostile.page.locator("#whole .wb-left .js-plotly-plot").scroll_into_view_if_needed()
    said = hostile.page.locator("#whole .wb-left .hoverlayer .hovertext")
    shown = ""
    for place in chart.pixels("points")[:12]:
        hostile.page.mouse.move(5, 5)
        chart.point(place)
        said.first.wait_for()
        shown += " ".join(said.all_text_contents())
    assert len(set(re.findall(r"CAN\w+", shown))) >= 5
    assert "<" in shown
    assert harm(hostile, beacon) == {}


def test_a_static_map_has_no_button_that_sends_it_away(hostile):
    drawn = hostile.page.locator(".jp-CodeCell").nth(1)
    assert mark("script")[-9:] in drawn.locator(".legend").text_content()
    buttons = drawn.locator(".modebar-btn").evaluate_all("(all) => all.map((one) => one.dataset.title)")
    assert "Zoom in" in buttons
    assert [one for one in buttons if one is None or re.search("share|cloud|plotly|edit", one, re.IGNORECASE)] == []


@pytest.fixture
def opened(browser, tmp_path, beacon):
    """Give `opened(address)`: a page, and what watches it; nothing but that address may be asked."""
    contexts = []

    def open_(address):
        context = browser.new_context(viewport={"width": 900, "height": 900})
        contexts.append(context)
        watch = Watch(context, address)
        page = context.new_page()
        page.on("dialog", lambda dialog: watch.strangers.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: watch.strangers.append(f"error {error}"))
        page.goto(address)
        return page, watch

    yield open_
    for context in contexts:
        context.close()
    assert beacon.calls == []


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A folder, and the address at which a server gives its files."""
    folder = tmp_path_factory.mktemp("served")
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.parametrize("way", ["file", "http", "without its policy"])
def test_the_map_as_a_page(opened, served, beacon, way):
    folder, address = served
    projection, chunks, answer = evil_map(beacon.url)
    title = chunks[0].text
    path = write_map(folder / "map.html", projection, chunks, answer=answer, color="kind", title=title)
    if way == "without its policy":
        page_text = path.read_text(encoding="utf-8")
        free = re.sub("<meta http-equiv[^>]*>", "", page_text)
        assert len(free) < len(page_text)
        path.write_text(free, encoding="utf-8")
    page, watch = opened(f"{address}/map.html" if way == "http" else path.as_uri())
    page.wait_for_function("() => document.getElementById('map')?._fullData")
    page.locator("[data-rank='2']").click()
    assert missing_marks(page, "body", marks()) == []
    assert (
        page.title()
        == page.locator("h1").inner_text()
        == "llamas html <h1>CANhtml</h1><b onclick=window.canary='html'>"
    )
    assert turning(page, "body") == []
    assert ran(page) == []
    assert [one for one in traces(page, "section, #map, #summary") if "plotly" not in one] == []
    assert page.locator("h1").count() == 1
    assert watch.strangers == []
    assert watch.own == 1


@pytest.mark.parametrize("way", ["alone", "inside a page"])
def test_the_map_as_a_picture(opened, served, beacon, way):
    folder, address = served
    projection, chunks, answer = evil_map(beacon.url)
    svg = map_svg(projection, chunks, retrieval=answer.retrieval, color="kind", title=chunks[0].text)
    path = folder / ("map.svg" if way == "alone" else "inside.html")
    path.write_text(svg if way == "alone" else f"<!doctype html><meta charset=utf-8>{svg}", encoding="utf-8")
    page, watch = opened(f"{address}/{path.name}")
    assert mark("html") in page.locator("svg > title").text_content()
    written = page.locator("svg").evaluate("(node) => node.textContent")
    assert len(set(re.findall(r"CAN\w+", written))) >= 8
    tags = page.evaluate("() => [...new Set([...document.querySelectorAll('svg *')].map((one) => one.tagName))].sort()")
    assert set(tags) <= {"circle", "desc", "g", "line", "path", "polygon", "rect", "text", "title"}
    attributes = page.evaluate(
        "() => [...document.querySelectorAll('svg *')].flatMap((one) => one.getAttributeNames())"
    )
    assert [one for one in attributes if one.startswith("on") or "href" in one] == []
    assert (ran(page), watch.strangers) == ([], [])
