"""The live map in a page: where its points are in pixels, and what is drawn."""

from __future__ import annotations

from typing import Any

from tests.browser.lab import Notebook

__all__ = ["MapPage"]

# plotly's own conversion from numbers to pixels; `c2p` is that of the axis, `_offset` its place in the figure
_PIXELS = """(trace) => {
  const figure = document.querySelector(".wb-map .js-plotly-plot");
  const { xaxis, yaxis } = figure._fullLayout, box = figure.getBoundingClientRect();
  const found = figure._fullData.find((one) => one.name === trace);
  const left = box.left + xaxis._offset, top = box.top + yaxis._offset;
  return [...found.x.keys()].map((row) => [left + xaxis.c2p(found.x[row]), top + yaxis.c2p(found.y[row])]);
}"""
_TRACE = """(name) => {
  const found = document.querySelector(".wb-map .js-plotly-plot")?._fullData?.find((one) => one.name === name);
  return found && { x: [...(found.x || [])], y: [...(found.y || [])], text: found.text, hover: found.hovertext,
    marker: found.marker && { size: found.marker.size, opacity: found.marker.opacity } };
}"""

_FADED = """() => document.querySelector(".wb-map .js-plotly-plot")._fullData
  .filter((one) => one.visible === true && one.selectedpoints).map((one) => one.name)"""


class MapPage:
    """The map of the app in a notebook."""

    def __init__(self, notebook: Notebook) -> None:
        self.page = notebook.page

    def trace(self, name: str) -> Any:
        """Give x, y, texts and marker of a trace as plotly has drawn it; None while there is no map."""
        return self.page.evaluate(_TRACE, name)

    def pixels(self, trace: str) -> list[list[float]]:
        """Give (x, y) on the page of all points of a trace."""
        return self.page.evaluate(_PIXELS, trace)

    def area(self) -> dict[str, float]:
        """Give the edges of the part of the figure in which points lie."""
        return self.page.locator(".wb-map .nsewdrag").evaluate("(node) => node.getBoundingClientRect().toJSON()")

    def forgets_the_lasso(self) -> None:
        """Wait until no trace is drawn pale, as plotly draws what an outline leaves out."""
        self.page.wait_for_function(f"() => ({_FADED})().length === 0")

    def click(self, place: list[float]) -> None:
        """Go to a place, as a hand does, and click."""
        self.page.mouse.move(place[0] - 3, place[1])
        self.page.mouse.move(*place, steps=3)
        self.page.wait_for_timeout(150)  # plotly looks at the pointer now and then
        self.page.mouse.click(*place)

    def mode(self, name: str) -> None:
        """Choose what dragging does, by the figure's own button: pan, select or lasso."""
        self.page.locator(".wb-map .js-plotly-plot").hover(position={"x": 20, "y": 20})
        self.page.locator(f'.wb-map .modebar-btn[data-attr="dragmode"][data-val="{name}"]').click()

    def drag(self, *path: tuple[float, float]) -> None:
        """Press at the first place, go over all the others, and let go at the last."""
        self.page.mouse.move(*path[0])
        self.page.mouse.down()
        for place in path[1:]:
            self.page.mouse.move(*place, steps=8)
        self.page.mouse.up()
