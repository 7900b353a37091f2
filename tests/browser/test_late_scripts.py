"""A computer too slow for anywidget, which gives a script two seconds and is deaf to the kernel if it comes later."""

from __future__ import annotations

import pytest

from tests.browser.kernel import python, until

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


def test_panels_and_a_map_whose_scripts_come_late_hear_the_kernel(notebook):
    late = notebook([CELL], script=IMPATIENT)
    late.wait(".wb-query textarea")
    python(late, "wb.embed()")
    late.page.wait_for_function(DRAWN, timeout=60_000)
    late.wait_text("[data-step=corpus]", "3 chunks")
    late.page.locator(".wb-query textarea").fill("Who hums?")
    late.page.locator(".wb-query textarea").press("Enter")
    late.wait_text(".wb-card", "Llamas hum")
    until(late, "len(wb.past)", 1)
    late.page.wait_for_function(
        "() => document.querySelector('.wb-map .js-plotly-plot')._fullData.find((one) => one.name === 'query').x.length"
    )
    assert (late.problems(), late.errors) == ([], [])
