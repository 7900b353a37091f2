"""The live map in a real JupyterLab: what a person does with it, held against what Python knows."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from tests.browser.eventually import becomes, steady
from tests.browser.kernel import python, until, value
from tests.browser.map_page import MapPage

pytestmark = pytest.mark.browser

QUESTION = "What animals are llamas related to?"
WORDS = "guanaco wild"
CELL = """import numpy as np
from workbench import Workbench
wb = Workbench("data/camelids", store="stores-map", llm="extractive")
wb.embed()
wb"""
COSINES = """def cosines(ids, chunk):
    made = wb.embedding_model()
    vectors = made.embed([wb.chunk(one).text for one in ids], "document").astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors @ vectors[list(ids).index(chunk)]).tolist()"""

FAINT = """(count) => document.querySelector(".wb-map .js-plotly-plot")._fullData
  .find((one) => one.name === "points").marker.color.filter((code) => code === 0).length === count"""
AS_WIDE = """() => {
  const width = (selector) => document.querySelector(selector).getBoundingClientRect().width;
  return Math.abs(width(".wb-map-frame") - width(".wb-map-frame .main-svg")) <= 1;
}"""
HEIGHT = """() => {
  const [low, high] = document.querySelector(".wb-map .js-plotly-plot")._fullLayout.yaxis.range;
  return high - low;
}"""
UNDER = (".wb-map-frame", ".wb-map-summary", ".wb-tools .line", ".wb-tools button", ".wb-tools input")
BOXES = """(selectors) => selectors.flatMap((one) => [...document.querySelectorAll(`.wb-map ${one}`)].map((node) => {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  return { name: `${one}:${node.innerText?.slice(0, 20)}`, left, top, right, bottom };
})).filter((box) => box.right > box.left)"""


@pytest.fixture(scope="module")
def nb(lab, browser):
    """A workbench over the bundled corpus, with its UMAP picture and the clusters on it."""
    lab.write("map.ipynb", [CELL])
    opened = lab.open(browser, "map.ipynb")
    opened.run_all()
    until(opened, "wb.projection is not None and wb.projection.method", "umap", 90)
    until(opened, "wb.clustering is not None", True)
    opened.wait(".wb-map .scatterlayer .point")
    steady(lambda: MapPage(opened).pixels("points"))  # they wander to their new places
    yield opened
    assert (opened.problems(), opened.dialogs, opened.errors) == ([], [], [])
    opened.close()


@pytest.fixture
def chart(nb):
    nb.page.locator(".wb-map .js-plotly-plot").first.scroll_into_view_if_needed()
    return MapPage(nb)


def color(nb, name):
    nb.page.locator(".wb-map").first.get_by_label("colour").select_option(name)
    until(nb, "wb.color", name)


def tab(nb, name):
    nb.page.get_by_role("tab", name=name).click()


def places(nb, *ids):
    """Where the picture has some chunks, as (x, y)."""
    rows = value(nb, "dict(zip(wb.projection.ids, wb.projection.coordinates.tolist()))")
    return sorted(tuple(rows[one]) for one in ids)


def ringed(chart, trace):
    """Where a trace of rings is."""
    found = chart.trace(trace)
    return sorted(zip(found["x"], found["y"], strict=True))


def overlaps(found):
    return [
        (one["name"], other["name"])
        for one, other in itertools.combinations(found, 2)
        if min(one["right"], other["right"]) > max(one["left"], other["left"])
        and min(one["bottom"], other["bottom"]) > max(one["top"], other["top"])
    ]


def covering(chart):
    """Give the names of clusters that cover each other, once the kernel has placed them: it may be busy."""
    for _ in range(40):
        if not overlaps(chart.written()):
            break
        chart.page.wait_for_timeout(250)
    return overlaps(chart.written())


def test_a_chunk_is_found_by_words_and_opened_with_the_keyboard_alone(nb, chart):
    keys = nb.page.keyboard
    nb.page.locator(".wb-map button", has_text="3-D").focus()
    text = "document.activeElement.textContent"
    for _ in range(20):
        keys.press("Tab")
        if nb.page.evaluate(text) == "Go to a chunk, lay out, save":
            break
    keys.press("Enter")
    nb.wait(".wb-tools .goto input")
    keys.press("Tab")
    keys.type(WORDS)
    keys.press("Enter")
    wanted = value(nb, f"[c.id for c in wb.chunk_list if all(w in (c.id + c.text).lower() for w in {WORDS.split()})]")
    assert 1 < len(wanted) <= 20
    nb.wait_text(".wb-tools .goto [role=status]", f"{len(wanted)} found")
    assert nb.page.locator(".wb-tools .found button").count() == len(wanted)
    for _ in range(3):  # past "Find" and the first that was found
        keys.press("Tab")
    keys.press("Enter")
    until(nb, "wb.opened", wanted[1])
    becomes(partial(ringed, chart, "anchor"), places(nb, wanted[1]))
    assert value(nb, f"wb.chunk({wanted[1]!r}).text.split()[0]") in nb.wait(".wb-card.opened").inner_text()
    assert nb.page.evaluate("document.activeElement.closest('.found') !== null")


def test_clusters_are_named_side_by_side_and_their_chips_select_them(nb, chart):
    color(nb, "cluster")
    nb.wait(".wb-map .annotation")
    assert covering(chart) == []
    names = chart.written()
    labels = value(nb, "[c.label for c in wb.clustering.clusters]")
    assert {name["name"] for name in names} <= set(labels)
    assert len(names) > 1
    assert overlaps(names) == []
    tab(nb, "Explore the map")
    rows = nb.page.locator("[data-part=clusters] li")
    nb.wait("[data-part=clusters] li")
    noise = value(nb, "wb.clustering.noise")
    becomes(rows.locator("b").all_inner_texts, labels)
    becomes(rows.count, len(labels) + bool(noise))
    for number in range(len(labels)):
        rows.nth(number).locator("button").click()
        ids = value(nb, f"list(wb.clustering.clusters[{number}].ids)")
        until(nb, "sorted(wb.selection)", sorted(ids))
        becomes(partial(ringed, chart, "selected"), places(nb, *ids))
    nb.page.locator(".wb-explore").get_by_role("button", name="Clear").click()
    until(nb, "list(wb.selection)", [])


def apart(pixels, count):
    """Rows of the points that stand most alone, so that the pointer can mean no other."""
    points = np.array(pixels)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + 1e9 * np.eye(len(points))
    return np.argsort(-distances.min(axis=1))[:count].tolist()


def order_of_colours(chart, similarity):
    """Say what holds of the colours: they are in the order of similarity, and most are of their own."""
    codes = np.array(chart.trace("points")["marker"]["color"])
    ordered = len(codes) == len(similarity) and np.all(np.diff(codes[np.argsort(similarity)]) >= 0)
    return ["ordered"] * bool(ordered) + ["many"] * (len(set(codes.tolist())) > len(codes) // 2)


def test_pointing_at_a_chunk_colours_all_others_by_their_true_cosine_to_it(nb, chart):
    color(nb, "similarity to a chunk")
    tab(nb, "Explore the map")
    python(nb, COSINES)
    ids = value(nb, "list(wb.projection.ids)")
    for row in apart(chart.pixels("points"), 2):
        nb.page.mouse.move(5, 5)
        chart.page.locator(".wb-map .js-plotly-plot").first.scroll_into_view_if_needed()
        chart.point(chart.pixels("points")[row])
        until(nb, "wb.anchored is not None and wb.anchored.id", ids[row])
        true = np.array(value(nb, f"cosines(wb.projection.ids, {ids[row]!r})"))
        known = np.array(value(nb, "wb.anchored.similarity.tolist()"))
        assert known == pytest.approx(true, abs=0.01)
        becomes(partial(order_of_colours, chart, known), ["ordered", "many"])
        assert np.argmax(known) == row
        best = np.sort(np.delete(known, row))[::-1][:10]
        shown = nb.page.locator("[data-part=from] tbody tr td:first-child")
        becomes(shown.all_inner_texts, [f"{one:.3f}" for one in best])
        becomes(nb.wait(".wb-tools .pointed b").inner_text, nb.wait("[data-part=from] p b").inner_text())
        becomes(partial(ringed, chart, "anchor"), places(nb, ids[row]))


SLOW = """import time
from workbench.widgets.map_figure import LiveFigure
tell = LiveFigure._tell
LiveFigure._tell = staticmethod(lambda *given: (time.sleep(1), tell(*given)))"""


def test_what_is_chosen_is_not_lost_while_the_kernel_hears_of_the_pointer_before_and_after_it(nb, chart):
    area, points = chart.area(), chart.pixels("points")
    apiece = apart(points, 3)
    edge = gap([x for x, _ in points])
    inside = [row for row, (x, _) in enumerate(points) if x < edge]
    ids = value(nb, "list(wb.projection.ids)")
    python(nb, SLOW)
    try:
        chart.mode("select")
        chart.point(points[apiece[0]])
        chart.drag((area["left"] + 1, area["top"] + 1), (edge, area["bottom"] - 1))
        for row in apiece[1:]:
            chart.point(points[row])
        until(nb, "sorted(wb.selection)", sorted(ids[row] for row in inside))
    finally:
        python(nb, "LiveFigure._tell = staticmethod(tell)\nwb.selection = ()")
        chart.mode("pan")


def test_the_threshold_says_and_shows_how_many_are_above_it(nb, chart):
    python(nb, f"wb.search({QUESTION!r})")
    color(nb, "similarity")
    total = value(nb, "len(wb.chunks)")
    nb.wait(".wb-tools .threshold input").focus()
    low, high = value(nb, "[float(wb.retrieval.scores.min()), float(wb.retrieval.scores.max())]")
    keys = {"PageUp": 10, "ArrowRight": 11, "ArrowUp": 12, "End": 100, "PageDown": 90, "ArrowLeft": 89}
    for key, steps in keys.items():
        nb.page.keyboard.press(key)
        limit = low + (high - low) * steps / 100
        until(nb, f"abs((wb.similar_from or 0) - {limit}) < 1e-6", True)
        above = value(nb, "int((wb.retrieval.scores >= wb.similar_from).sum())")
        assert 0 < above < total
        said = f"{above} of {total} at {limit:.2f} or more"
        nb.wait_text(".wb-tools .threshold output", said)
        chart.page.wait_for_function(FAINT, arg=total - above)
        nb.wait_text(".wb-map .legend", said)
    nb.page.locator(".wb-tools .threshold button").click()
    until(nb, "wb.similar_from", None)
    chart.page.wait_for_function(FAINT, arg=0)


def unfolded(nb):
    """The tools under the map, opened if they are not."""
    button = nb.page.locator(".wb-tools > .tools")
    if button.get_attribute("aria-expanded") == "false":
        button.click()
    return nb.wait(".wb-tools .folded")


@pytest.mark.parametrize("width", [1400, 700])
def test_the_figure_is_as_wide_as_its_frame_and_nothing_under_it_overlaps(nb, chart, width):
    color(nb, "cluster")
    python(nb, "wb.opened = wb.chunk_list[0].id")
    unfolded(nb)
    nb.page.set_viewport_size({"width": width, "height": 1400})
    try:
        nb.page.wait_for_function(AS_WIDE, timeout=5000)
        nb.page.wait_for_timeout(500)  # the names of the clusters are placed anew
        found = nb.page.evaluate(BOXES, list(UNDER))
        assert {box["name"].split(":")[0] for box in found} == set(UNDER)
        assert overlaps(found) == []
        assert covering(chart) == []
        frame = found[0]
        assert [box["name"] for box in found if box["left"] < frame["left"] or box["right"] > frame["right"] + 1] == []
        area = chart.area()
        assert [one for one in chart.written() if one["left"] < area["left"] or one["right"] > area["right"]] == []
    finally:
        nb.page.set_viewport_size({"width": 1400, "height": 1400})


def test_other_keys_under_it_leave_the_picture_as_large_as_it_was(nb, chart):
    def height():
        nb.page.wait_for_timeout(500)
        return nb.page.evaluate(HEIGHT)

    color(nb, "cluster")
    before = height()
    for name in ("source", "cluster", "distortion", "source", "cluster"):
        color(nb, name)
        height()
    assert height() == pytest.approx(before, rel=0.01)


def saved(nb, name):
    with nb.page.expect_download() as download:
        unfolded(nb).get_by_role("button", name=name).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_the_map_is_saved_as_png_svg_and_a_page_that_needs_no_network(nb, chart, browser, tmp_path):
    python(nb, f"wb.ask({QUESTION!r})")
    name, content = saved(nb, "PNG")
    assert (name, content[:8]) == ("camelids-map.png", b"\x89PNG\r\n\x1a\n")
    name, content = saved(nb, "SVG")
    svg = ET.fromstring(content)
    assert (name, svg.tag) == ("camelids-map.svg", "{http://www.w3.org/2000/svg}svg")
    assert QUESTION in "".join(svg.itertext())
    name, content = saved(nb, "HTML page")
    assert name == "camelids-map.html"
    path = tmp_path / name
    path.write_bytes(content)
    context = browser.new_context(offline=True)
    try:
        page, errors = context.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_function("() => document.getElementById('map')?._fullData")
        text = page.locator("body").inner_text()
        assert QUESTION in text
        for passage in value(nb, "[p.chunk.text for p in wb.retrieval]"):
            assert " ".join(passage.split())[:60] in " ".join(text.split())
        assert page.locator("#map .point").count() >= value(nb, "len(wb.chunks)")
        assert errors == []
    finally:
        context.close()


def drawn(chart):
    """Where the points are."""
    found = chart.trace("points")
    return found and [list(one) for one in zip(found["x"], found["y"], strict=True)]


def test_two_models_have_two_maps_and_one_selection(nb):
    tab(nb, "Two models")
    nb.wait(".wb-twins")
    python(nb, "from tests.doubles import WordModel\ntwins = wb.compare_maps(WordModel(256))")
    sides = [MapPage(nb, f".wb-twins > :nth-child({number})") for number in (1, 2)]
    nb.page.wait_for_function("() => document.querySelectorAll('.wb-twins .js-plotly-plot .nsewdrag').length === 2")
    becomes(nb.page.locator(".wb-twins .wb-heading").all_inner_texts, value(nb, "list(twins.models)"))
    for chart, side in zip(sides, ("left", "right"), strict=True):
        becomes(partial(drawn, chart), value(nb, f"twins.{side}.coordinates.tolist()"))
    nb.page.locator(".wb-twins").scroll_into_view_if_needed()
    left = sides[0]
    left.mode("lasso")
    area, points = left.area(), left.pixels("points")
    edge = gap([x for x, _ in points])
    inside = [row for row, (x, _) in enumerate(points) if x < edge]
    low, top, bottom = area["left"] + 1, area["top"] + 1, area["bottom"] - 1
    left.drag((low, top), (edge, top), (edge, bottom), (low, bottom), (low, top))
    ids = value(nb, "list(twins.left.ids)")
    until(nb, "sorted(wb.selection)", sorted(ids[row] for row in inside))
    for chart, side in zip(sides, ("left", "right"), strict=True):
        there = value(nb, f"[c for i, c in zip(twins.{side}.ids, twins.{side}.coordinates.tolist()) "
                          "if i in wb.selection]")  # fmt: skip
        becomes(partial(ringed, chart, "selected"), sorted(map(tuple, there)))
        chart.forgets_the_lasso()
    python(nb, "wb.selection = ()")


def gap(values):
    """The middle of the widest gap in the middle half of some values."""
    middle = sorted(values)[len(values) // 4 : 3 * len(values) // 4]
    low, high = max(itertools.pairwise(middle), key=lambda pair: pair[1] - pair[0])
    return (low + high) / 2
