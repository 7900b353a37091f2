"""A computer too slow for anywidget, which gives a script two seconds and is deaf to the kernel if it comes later."""

from __future__ import annotations

import pytest

from tests.browser.kernel import python, until
from tests.browser.lab import Notebook

pytestmark = pytest.mark.browser

IMPATIENT = """(() => {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (milliseconds) => timeout(milliseconds === 2000 ? 0 : milliseconds);
})()"""
CELL = """from workbench import Workbench
wb = Workbench(["Llamas hum when they are worried.", "Alpacas have soft wool.", "Camels store fat."], store="late")
wb"""
DRAWN = """() => {
  const found = document.querySelector(".wb-map .js-plotly-plot")?._fullData?.find((one) => one.name === "points");
  return found?.visible === true && found.x.length === 3;
}"""


@pytest.fixture
def late(notebook) -> Notebook:
    opened = notebook([CELL], script=IMPATIENT)
    opened.wait(".wb-query textarea")
    return opened


def test_panels_whose_scripts_come_late_hear_the_kernel(late):
    python(late, "wb.embed()")
    late.wait_text("[data-step=corpus]", "3 chunks")
    late.page.locator(".wb-query textarea").fill("Who hums?")
    late.page.locator(".wb-query textarea").press("Enter")
    late.wait_text(".wb-card", "Llamas hum")
    until(late, "len(wb.past)", 1)
    assert (late.problems(), late.errors) == ([], [])


def test_a_map_whose_script_comes_late_is_drawn_and_follows(late):
    python(late, "wb.embed()")
    late.page.wait_for_function(DRAWN, timeout=60_000)
    python(late, "wb.ask('Who hums?')")
    late.page.wait_for_function(
        "() => document.querySelector('.wb-map .js-plotly-plot')._fullData.find((one) => one.name === 'query').x.length"
    )
    assert (late.problems(), late.errors) == ([], [])
