"""The live map of 20,500 points, with WebGL and without."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.eventually import becomes, steady
from tests.browser.kernel import python, until, value
from tests.browser.lab import FLAGS, chromium
from tests.browser.map_page import MapPage

pytestmark = pytest.mark.browser

MANY = """import numpy as np
import workbench.session.work
from tests.doubles import WordModel
from workbench import Workbench
workbench.session.work.fill_index = lambda wb, job, rebuild: len(wb.chunk_list)  # 20,500 rows take Chroma a while
class Clumps(WordModel):
    batch_size = 4096
    def embed(self, texts, role):
        numbers = np.array([int(text.split()[-1]) for text in texts])
        noise = np.stack([np.random.default_rng(number).normal(size=32) for number in numbers])
        vectors = 3 * np.random.default_rng(99).normal(size=(12, 32))[numbers % 12] + noise
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
texts = [f"Herd {{n % 12}} has a llama with the number {{n}}" for n in range(20_500)]
wb = Workbench(texts[:{count}], store="stores-{count}", model=Clumps(32), llm="extractive")
wb.embed()
wb"""


def many(lab, browser, name, count):
    """A notebook over 20,500 short texts in twelve clumps, of which the first `count` are read."""
    lab.write(name, [MANY.format(count=count)])
    opened = lab.open(browser, name)
    opened.run_all()
    return opened


def pictured(nb, count):
    """Wait for the PCA picture, and keep it."""
    until(nb, "0 if wb.projection is None else len(wb.projection)", count, 60)
    python(nb, "wb.cancel('map')")
    assert value(nb, "wb.projection.method") == "pca"


def test_20500_points_are_drawn_with_webgl_selected_by_a_box_and_read_by_pointing(lab, browser):
    nb = many(lab, browser, "many.ipynb", 20_500)
    pictured(nb, 20_500)
    nb.wait(".wb-map .gl-canvas")
    chart = MapPage(nb)
    becomes(chart.visible, [["points-gl", "scattergl", 20_500]])
    nb.page.locator(".wb-map .js-plotly-plot").scroll_into_view_if_needed()
    points = np.array(steady(lambda: chart.pixels("points-gl")))
    ids = value(nb, "list(wb.projection.ids)")
    left, top, right, bottom = np.round(np.quantile(points, [0.2, 0.6], axis=0)).ravel().tolist()
    chart.mode("select")
    chart.drag((left, top), (right, bottom))
    until(nb, "len(wb.selection) > 0", True)
    chosen = set(value(nb, "wb.selection"))
    edge = np.minimum(points - [left, top], [right, bottom] - points).min(axis=1)  # pixels inside; below 0 outside
    assert (
        {ids[row] for row in np.flatnonzero(edge > 0.5)} <= chosen <= {ids[row] for row in np.flatnonzero(edge > -0.5)}
    )
    assert 1000 < len(chosen) < 19_000
    nb.wait_text(".wb-details [role=tab]", f"Selection ({len(chosen):,})")
    chart.forgets_the_lasso()
    becomes(
        lambda: [one for one in chart.visible() if one[0] != "points-gl"], [["selected-gl", "scattergl", len(chosen)]]
    )
    chart.mode("pan")
    nb.page.locator(".wb-map .js-plotly-plot").scroll_into_view_if_needed()
    points = np.array(chart.pixels("points-gl"))
    row = int(np.argmax(points[:, 1]))  # the lowest, which has no neighbour below it
    chart.point(points[row].tolist())
    nb.wait_text(".wb-tools .pointed", value(nb, f"wb.chunk({ids[row]!r}).text"))
    nb.page.mouse.move(5, 5)
    assert (nb.problems(), nb.dialogs, nb.errors) == ([], [], [])
    nb.close()


def test_without_webgl_the_map_is_svg_and_says_that_it_draws_a_sample(lab, browser):
    flags = [*FLAGS[:-1], "--disable-gpu", "--disable-software-rasterizer", "--disable-3d-apis"]
    blind = browser.browser_type.launch(executable_path=chromium(), args=flags)
    try:
        nb = many(lab, blind, "blind.ipynb", 500)
        pictured(nb, 500)
        nb.wait(".wb-map .scatterlayer .point")
        chart = MapPage(nb)
        assert nb.page.evaluate("document.createElement('canvas').getContext('webgl')") is None
        becomes(chart.visible, [["points", "scatter", 500]])
        becomes(nb.page.locator(".wb-map .scatterlayer .point").count, 500)
        assert chart.written() == []
        python(nb, "wb.load(texts)\nwb.embed()")
        pictured(nb, 20_500)
        nb.page.wait_for_function(
            "() => document.querySelectorAll('.wb-map .scatterlayer .point').length === 20000", timeout=60_000
        )
        assert chart.visible() == [["points", "scatter", 20_000]]
        becomes(lambda: [one["name"] for one in chart.written()], ["20,000 of 20,500 points are drawn"])
        assert (nb.problems(), nb.dialogs, nb.errors) == ([], [], [])
        nb.close()
    finally:
        blind.close()
