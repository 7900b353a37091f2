"""`00-workbench.ipynb` in a real JupyterLab, Run All and then what a person does with the app, on one page."""

from __future__ import annotations

import csv
import io
import itertools
import math
import shutil
from pathlib import Path

import pytest

from tests.browser.eventually import becomes, steady
from tests.browser.kernel import python, state, until, value
from tests.browser.map_page import MapPage
from workbench.figures.palette import DARK, LIGHT

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FIRST, SECOND = "What animals are llamas related to?", "How do camels save water in the desert?"
SLOW = 12
"""Seconds that a busy test machine may take to show the app; 3 are what a person is promised on a quiet one."""

_WATCH = """() => {
  const there = () => document.querySelector(".wb-query textarea") && document.querySelector("[data-step=embed]");
  const began = performance.now();
  new MutationObserver((_, watch) => {
    if (!there()) return;
    window.shownAfter = (performance.now() - began) / 1000;
    watch.disconnect();
  }).observe(document.body, { childList: true, subtree: true });
}"""
_BOXES = """(selectors) => selectors.flatMap((one) => [...document.querySelectorAll(one)].map((node) => {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  return { name: `${one} ${node.innerText.slice(0, 20)}`, left, top, right, bottom };
})).filter((box) => box.right > box.left)"""


@pytest.fixture(scope="module")
def nb(lab, browser):
    """The notebook after Run All."""
    shutil.copy(NOTEBOOKS / "00-workbench.ipynb", lab.notebooks / "00-workbench.ipynb")
    opened = lab.open(browser, "00-workbench.ipynb")
    opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.page.evaluate(_WATCH)
    opened.run_all()
    until(opened, "wb.projection.method", "umap", 60)  # though a cell draws a static map meanwhile
    opened.wait(".wb-map .scatterlayer .point")
    steady(lambda: MapPage(opened).pixels("points"))  # they wander to their new places
    yield opened
    assert (opened.dialogs, opened.errors) == ([], [])
    opened.close()


@pytest.fixture
def chart(nb):
    return MapPage(nb)


def ask(nb, question, word):
    """Type a question, press Enter, and wait until its answer, with a citation, stands beside its passages."""
    before = value(nb, "len(wb.past)")
    box = nb.page.locator(".wb-query textarea")
    box.fill(question)
    box.press("Enter")
    until(nb, f"[len(wb.past), {state('ask')}]", [before + 1, "done"])
    nb.wait_text(".wb-card", word)
    nb.wait(".wb-answer .cite")
    nb.page.wait_for_function(
        "(said) => document.querySelector('.wb-answer .text')?.textContent === said", arg=value(nb, "wb.answer.text")
    )


def cards(nb):
    """The documents on the cards, by rank."""
    shown = nb.page.locator(".wb-card:not(.opened)")
    ranks, documents = shown.evaluate_all(
        "(all) => ['.rank', '.from b'].map((one) => all.map((card) => card.querySelector(one).innerText))"
    )
    assert ranks == [str(rank) for rank in range(1, len(ranks) + 1)]
    return documents


def boxes(nb, *selectors):
    return nb.page.evaluate(_BOXES, list(selectors))


def overlaps(found):
    return [
        (one["name"], other["name"])
        for place, one in enumerate(found)
        for other in found[place + 1 :]
        if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    ]


def test_run_all_shows_the_app_and_no_error(nb, request):
    assert nb.problems() == []
    seconds = nb.page.evaluate("window.shownAfter")
    request.node.user_properties.append(("seconds until the app is shown", seconds))
    assert seconds < SLOW
    nb.wait_text(".wb-status b", "camelids")
    total = value(nb, "len(wb.chunks)")
    nb.wait_text("[data-step=embed]", f"{total} of {total} · {total} new in")


def test_a_typed_question_brings_the_passages_that_python_finds(nb):
    ask(nb, FIRST, "guanaco")
    expected = value(nb, f"[p.chunk.document for p in wb.search({FIRST!r})]")
    assert len(expected) == 5
    ask(nb, FIRST, "guanaco")
    becomes(lambda: cards(nb), expected)
    scores = [float(text.split()[1]) for text in nb.page.locator(".wb-card .score").all_inner_texts()]
    assert scores == [round(score, 3) for score in value(nb, "[float(p.score) for p in wb.retrieval]")]


def test_the_answer_cites_with_buttons_and_hovering_one_lights_its_card_and_point(nb, chart):
    ask(nb, FIRST, "guanaco")
    marks = nb.page.locator(".wb-answer .cite")
    assert {mark.evaluate("(node) => node.tagName") for mark in marks.all()} == {"BUTTON"}
    becomes(marks.all_inner_texts, value(nb, "[f'[{c.number}]' for c in wb.answer.citations]"))
    marks.filter(has_text="[2]").first.hover()
    nb.wait('.wb-card.lit[data-rank="2"]')
    until(nb, "wb.focus", 2)
    becomes(nb.page.locator(".wb-card.lit").count, 1)
    nb.page.wait_for_function(
        "() => document.querySelector('.wb-map .js-plotly-plot')._fullData"
        ".find((one) => one.name === 'passages').marker.size[3] > 20"
    )
    nb.page.locator(".wb-answer h3").hover()
    until(nb, "wb.focus", 0)


def places(trace):
    return set(zip(trace["x"], trace["y"], strict=True))


def led_to(chart, corner):
    """Where the lines begin (0), touch the points (1) and end at the numbers (2)."""
    lines = [chart.trace(f"lines {number}") for number in range(3)]
    return {(one["x"][at], one["y"][at]) for one in lines for at in range(corner, len(one["x"]), 4)}


def on_points(nb, chart):
    """Where the map has the passages that the kernel has found."""
    points, ids = chart.trace("points"), value(nb, "list(wb.projection.ids)")
    rows = [ids.index(name) for name in value(nb, "[p.chunk.id for p in wb.retrieval]")]
    return {(points["x"][row], points["y"][row]) for row in rows}


def test_the_star_has_a_line_to_each_passages_point_and_on_to_its_number(nb, chart):
    ask(nb, FIRST, "guanaco")
    becomes(lambda: led_to(chart, 1), on_points(nb, chart))
    assert led_to(chart, 0) == places(chart.trace("query"))
    passages = chart.trace("passages")
    assert passages["text"] == ["5", "4", "3", "2", "1"]
    assert led_to(chart, 2) == places(passages)
    pixels = [*chart.pixels("passages"), *chart.pixels("query")]
    assert min(math.dist(one, other) for one, other in itertools.combinations(pixels, 2)) > 20


def free(points, others):
    """Give the row of the point that has most room around it."""
    return max(range(len(points)), key=lambda row: sorted(math.dist(points[row], one) for one in others)[1])


def test_a_click_on_a_point_opens_its_passage(nb, chart):
    ask(nb, FIRST, "guanaco")
    nb.page.locator(".wb-map .js-plotly-plot").scroll_into_view_if_needed()
    points = chart.pixels("points")
    others = points + chart.pixels("passages") + chart.pixels("query")
    row = free(points, others)
    chart.click(points[row])
    chunk = value(nb, f"wb.projection.ids[{row}]")
    until(nb, "wb.opened", chunk)
    opened = nb.wait(".wb-card.opened")
    assert "From the map" in opened.inner_text()
    text = value(nb, f"' '.join(wb.chunk({chunk!r}).text.split())")
    assert text[:60] in " ".join(opened.locator("p.text").inner_text().split())
    assert f"number {opened.locator('.rank').inner_text()} of" in opened.inner_text()
    assert opened.bounding_box()["y"] < nb.page.locator('.wb-card[data-rank="1"]').bounding_box()["y"]
    opened.get_by_role("button", name="Close").click()
    until(nb, "wb.opened", "")


@pytest.mark.parametrize("mode", ["pan", "lasso"])
def test_a_click_with_shift_selects_a_point_and_takes_it_out_again(nb, chart, mode):
    nb.page.locator(".wb-map .js-plotly-plot").scroll_into_view_if_needed()
    points = chart.pixels("points")
    row = free(points, points + chart.pixels("passages") + chart.pixels("query"))
    chunk = value(nb, f"wb.projection.ids[{row}]")
    chart.mode(mode)
    for chosen in ([chunk], []):
        nb.page.keyboard.down("Shift")
        chart.click(points[row])
        nb.page.keyboard.up("Shift")
        until(nb, "list(wb.selection)", chosen)
        nb.page.wait_for_timeout(400)  # past what plotly would take for a double click
    assert value(nb, "wb.opened") == ""
    chart.mode("pan")


@pytest.mark.parametrize("mode", ["select", "lasso"])
def test_what_is_dragged_around_is_selected_and_stays(nb, chart, mode):
    nb.page.locator(".wb-map .js-plotly-plot").scroll_into_view_if_needed()
    points, area = chart.pixels("points"), chart.area()
    left, top = area["left"] + 4, area["top"] + 4
    # the left half of the points, with an edge through a gap between them, so that none lies on it
    right = gap([x for x, _ in points], sorted(x for x, _ in points)[len(points) // 2])
    bottom = area["bottom"] - 4
    inside = [row for row, (x, y) in enumerate(points) if left < x < right and top < y < bottom]
    assert 10 < len(inside) < len(points) - 10
    chart.mode(mode)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    chart.drag(*(corners if mode == "lasso" else (corners[0], corners[2])))
    nb.wait_text(".wb-details [role=tab]", f"Selection ({len(inside)})")
    nb.page.wait_for_timeout(400)  # plotly's echo of the outline that was taken away
    chart.forgets_the_lasso()
    ids = value(nb, "list(wb.projection.ids)")
    assert set(value(nb, "wb.selection")) == {ids[row] for row in inside}
    becomes(lambda: len(chart.trace("selected")["x"]), len(inside))
    nb.page.get_by_role("tab", name="Selection").click()
    assert nb.wait(".wb-details tbody td.id").inner_text() in {ids[row] for row in inside}
    nb.page.get_by_role("button", name="Clear selection").click()
    nb.wait_text(".wb-details [role=tab]", "Selection (0)")
    chart.mode("pan")


def gap(values, near):
    """The middle of the widest gap between neighbours among the values around `near`."""
    close = sorted(value for value in values if abs(value - near) < 60)
    low, high = max(itertools.pairwise(close), key=lambda pair: pair[1] - pair[0])
    return (low + high) / 2


def test_a_second_question_leaves_nothing_of_the_first_and_earlier_brings_it_back(nb, chart):
    ask(nb, FIRST, "guanaco")
    becomes(lambda: led_to(chart, 1), on_points(nb, chart))
    first, numbers = cards(nb), chart.trace("passages")
    ask(nb, SECOND, "water")
    becomes(lambda: cards(nb), value(nb, "[p.chunk.document for p in wb.retrieval]"))
    becomes(lambda: led_to(chart, 1), on_points(nb, chart))
    assert cards(nb) != first
    passages = chart.trace("passages")
    assert places(passages) != places(numbers)
    there = places(passages) | places(chart.trace("query")) | on_points(nb, chart)
    for number in range(3):
        assert {(x, y) for x, y in places(chart.trace(f"lines {number}")) if x == x} <= there
    nb.page.get_by_role("button", name="Earlier (").click()
    row = nb.page.locator(".wb-query .list .row", has_text=FIRST).first
    assert "answered by extractive" in row.inner_text()
    row.click()
    nb.wait_text(".wb-card", "guanaco")
    becomes(lambda: cards(nb), first)
    becomes(nb.page.locator(".wb-query textarea").input_value, FIRST)
    becomes(lambda: chart.trace("passages")["x"], numbers["x"])
    becomes(lambda: nb.wait(".wb-answer .text").inner_text(), value(nb, "wb.answer.text"))


def test_copy_and_csv_hold_question_answer_and_passages(nb):
    ask(nb, FIRST, "guanaco")
    nb.page.locator(".wb-answer").get_by_role("button", name="Copy").click()
    nb.wait_text(".wb-answer .foot", "Copied")
    text = nb.page.evaluate("navigator.clipboard.readText()")
    assert text.startswith(f"Question: {FIRST}\n\n{value(nb, 'wb.answer.text')}")
    documents = value(nb, "[p.chunk.document for p in wb.retrieval]")
    assert [line.split()[0] for line in text.splitlines() if line.startswith("[")] == [f"[{n}]" for n in range(1, 6)]
    assert all(document in text for document in documents)
    with nb.page.expect_download() as download:
        nb.page.get_by_role("button", name="Save as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert rows[1]["text"] == value(nb, "wb.answer.text")
    assert [row["document"] for row in rows if row["part"] == "passage"] == documents
    assert [row["text"] for row in rows if row["part"] == "passage"] == value(
        nb, "[p.chunk.text for p in wb.retrieval]"
    )


def test_presentation_enlarges_the_text_and_hides_the_settings(nb):
    def size():
        return nb.page.evaluate("parseFloat(getComputedStyle(document.querySelector('.wb-card .text')).fontSize)")

    before = size()
    assert nb.page.get_by_role("button", name="top 5").is_visible()
    nb.page.get_by_role("button", name="Presentation").click()
    nb.wait(".wb-app.wb-presentation")
    becomes(lambda: size() > 1.3 * before, True)
    nb.page.get_by_role("button", name="top 5").wait_for(state="detached")
    assert not nb.page.get_by_label("colour").is_visible()
    assert overlaps(boxes(nb, *SINGLE)) == []
    nb.page.get_by_role("button", name="End presentation").click()
    nb.page.get_by_role("button", name="top 5").wait_for()
    becomes(size, before)


SINGLE = (".wb-status .line", ".wb-steps .row", ".wb-query textarea", ".wb-query .ask button", ".wb-query .wb-chip",
          ".wb-map-head", ".wb-map-frame", ".wb-map-foot", ".wb-answer .wb-box", ".wb-card", ".wb-details")  # fmt: skip


@pytest.mark.parametrize("width", [1400, 1000, 700])
def test_nothing_overlaps_or_is_cut_at_any_width(nb, chart, width):
    nb.page.set_viewport_size({"width": width, "height": 1400})
    nb.page.wait_for_timeout(600)  # the map is told its new width
    try:
        found = boxes(nb, *SINGLE)
        assert {box["name"].split()[0] for box in found} >= {".wb-status", ".wb-steps", ".wb-query", ".wb-card"}
        assert overlaps(found) == []
        (app,) = boxes(nb, ".wb-app")
        assert [box["name"] for box in found if box["left"] < app["left"] or box["right"] > app["right"]] == []
        area = nb.page.locator(".wb-query textarea")
        assert area.evaluate("(node) => node.scrollHeight <= node.clientHeight + 1")
        (left,), (right,) = boxes(nb, ".wb-left"), boxes(nb, ".wb-right")
        if app["right"] - app["left"] > 760:
            assert left["right"] < right["left"]
        else:
            assert right["bottom"] < left["top"]
        plot = chart.area()
        assert left["left"] < plot["left"] < plot["right"] < left["right"]
    finally:
        nb.page.set_viewport_size({"width": 1400, "height": 1400})


def test_the_app_follows_the_theme_at_once(nb):
    def figure(colour):
        nb.page.wait_for_function(
            "(colour) => document.querySelector('.wb-map .js-plotly-plot')._fullLayout.hoverlabel.bgcolor === colour",
            arg=colour,
        )
        style = "getComputedStyle(document.querySelector('.wb-app'))"
        return nb.page.evaluate(f"[{style}.backgroundColor, {style}.color]")

    light = figure(LIGHT.background)
    nb.turn("Dark")
    dark = figure(DARK.background)
    assert (light[0], dark[0]) == ("rgb(255, 255, 255)", "rgb(17, 17, 17)")
    assert light[1] != dark[1]
    nb.turn("Light")
    assert figure(LIGHT.background) == light


def test_close_and_run_again_gives_one_app(nb):
    python(nb, "wb.close()")
    nb.run_cell(0)
    nb.wait_text("[data-step=embed]", "nothing to do")
    becomes(nb.page.locator(".wb-app").count, 1)
    ask(nb, FIRST, "guanaco")
    becomes(lambda: cards(nb)[0], "species/llama.md")
