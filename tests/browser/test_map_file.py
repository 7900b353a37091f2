"""The map as one HTML file, opened in Chromium without Jupyter."""

from __future__ import annotations

import pytest

from tests.figures.corpus import chunks, found, picture
from workbench.figures import write_map
from workbench.figures.palette import DARK, LIGHT

pytestmark = pytest.mark.browser

MARKERS = """() => {
  const one = document.getElementById("map")._fullData.find((trace) => trace.name === "passages");
  return Object.fromEntries(one.customdata.map((rank, i) => [rank, one.marker.size[i]]));
}"""
PIXEL = """() => {
  const figure = document.getElementById("map"), { xaxis, yaxis } = figure._fullLayout;
  const box = figure.getBoundingClientRect(), one = figure._fullData.find((trace) => trace.name === "passages");
  return [box.left + xaxis._offset + xaxis.c2p(one.x[0]), box.top + yaxis._offset + yaxis.c2p(one.y[0])];
}"""
EVIL = "<img src=x onerror=document.title='ran'> $x$ %{y} </script><script>document.title='ran'</script>"


@pytest.fixture
def opened(browser, tmp_path):
    """Give `opened(theme)`: the page, in a browser without a network, and all it asked for or complained of."""
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6}, query=EVIL)
    path = write_map(tmp_path / "map.html", picture(), chunks(), retrieval=retrieval, title="Camelids")
    contexts = []

    def open_(theme: str = "light"):
        context = browser.new_context(offline=True, color_scheme=theme, viewport={"width": 900, "height": 900})
        contexts.append(context)
        page, told = context.new_page(), []
        page.on("request", lambda request: told.append(request.url))
        page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_function("() => document.getElementById('map')?._fullData")
        return page, told

    yield open_
    for context in contexts:
        context.close()


def test_it_needs_no_network_and_runs_nothing_from_the_corpus(opened):
    page, told = opened()
    assert page.locator("h2").inner_text() == EVIL
    assert page.locator("#map .point").count() > 0
    assert page.title() == "Camelids"
    assert [url for url in told if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_passage_in_focus_grows_its_marker_and_a_marker_leads_to_its_passage(opened):
    page, _ = opened()
    assert page.evaluate(MARKERS) == {"1": 20, "2": 20}
    page.locator("[data-rank='2']").click()
    page.wait_for_function(f"() => ({MARKERS})()[2] === 30")
    page.keyboard.press("Shift+Tab")
    page.wait_for_function(f"() => ({MARKERS})()[1] === 30")
    assert page.evaluate(MARKERS) == {"1": 30, "2": 20}
    assert page.locator("[aria-current]").get_attribute("data-rank") == "1"
    page.evaluate("scrollTo(0, 0)")
    x, y = page.evaluate(PIXEL)  # markers come worst first
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y, steps=3)
    page.wait_for_timeout(150)  # plotly looks at the pointer now and then
    page.mouse.click(x, y)
    page.wait_for_function("() => document.activeElement.dataset.rank === '2'")


@pytest.mark.parametrize(("theme", "colors"), [("light", LIGHT), ("dark", DARK)])
def test_it_follows_the_theme(opened, theme, colors):
    page, _ = opened(theme)
    star = "() => document.getElementById('map')._fullData.find((one) => one.name === 'query').marker.color"
    page.wait_for_function(f"() => ({star})() === '{colors.text}'")
    red, green, blue = (int(colors.background[i : i + 2], 16) for i in (1, 3, 5))
    assert page.locator("body").evaluate("(node) => getComputedStyle(node).backgroundColor") == (
        f"rgb({red}, {green}, {blue})"
    )
