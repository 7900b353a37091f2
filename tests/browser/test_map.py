"""The live map in a real JupyterLab: what a person does with it, held against what Python knows."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

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


@pytest.fixture(scope="module")
def nb(lab, browser):
    """A workbench over the bundled corpus, with its UMAP picture and the clusters on it."""
    lab.write("map.ipynb", [CELL])
    opened = lab.open(browser, "map.ipynb")
    opened.run_all()
    until(opened, "wb.projection is not None and wb.projection.method", "umap", 90)
    until(opened, "wb.clustering is not None", True)
    opened.page.wait_for_timeout(1000)  # the points wander to their new places
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
    """Wait until a trace of rings stands still, and give where."""
    chart.page.wait_for_timeout(300)
    found = chart.trace(trace)
    return sorted(zip(found["x"], found["y"], strict=True))


def overlaps(found):
    return [
        (one["name"], other["name"])
        for one, other in itertools.combinations(found, 2)
        if min(one["right"], other["right"]) > max(one["left"], other["left"])
        and min(one["bottom"], other["bottom"]) > max(one["top"], other["top"])
    ]


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
    assert ringed(chart, "anchor") == places(nb, wanted[1])
    assert value(nb, f"wb.chunk({wanted[1]!r}).text.split()[0]") in nb.wait(".wb-card.opened").inner_text()
    assert nb.page.evaluate("document.activeElement.closest('.found') !== null")


def test_clusters_are_named_side_by_side_and_their_chips_select_them(nb, chart):
    color(nb, "cluster")
    nb.wait(".wb-map .annotation")
    nb.page.wait_for_timeout(300)
    names = chart.written()
    labels = value(nb, "[c.label for c in wb.clustering.clusters]")
    assert {name["name"] for name in names} <= set(labels)
    assert len(names) > 1
    assert overlaps(names) == []
    tab(nb, "Explore the map")
    rows = nb.page.locator("[data-part=clusters] li")
    nb.wait("[data-part=clusters] li")
    noise = value(nb, "wb.clustering.noise")
    assert rows.locator("b").all_inner_texts() == labels
    assert rows.count() == len(labels) + bool(noise)
    for number in range(len(labels)):
        rows.nth(number).locator("button").click()
        ids = value(nb, f"list(wb.clustering.clusters[{number}].ids)")
        until(nb, "sorted(wb.selection)", sorted(ids))
        assert ringed(chart, "selected") == places(nb, *ids)
    nb.page.locator(".wb-explore").get_by_role("button", name="Clear").click()
    until(nb, "list(wb.selection)", [])


def apart(pixels, count):
    """Rows of the points that stand most alone, so that the pointer can mean no other."""
    points = np.array(pixels)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + 1e9 * np.eye(len(points))
    return np.argsort(-distances.min(axis=1))[:count].tolist()


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
        nb.page.wait_for_timeout(300)
        codes = np.array(chart.trace("points")["marker"]["color"])
        known = np.array(value(nb, "wb.anchored.similarity.tolist()"))
        assert known == pytest.approx(true, abs=0.01)
        assert np.all(np.diff(codes[np.argsort(known)]) >= 0)
        assert codes[row] == codes.max()
        assert len(set(codes.tolist())) > len(ids) // 2
        name = nb.wait("[data-part=from] p b").inner_text()
        assert name == nb.wait(".wb-tools .pointed b").inner_text()
        shown = nb.page.locator("[data-part=from] tbody tr td:first-child").all_inner_texts()
        best = np.sort(np.delete(known, row))[::-1][:10]
        assert shown == [f"{one:.3f}" for one in best]
        assert ringed(chart, "anchor") == places(nb, ids[row])
