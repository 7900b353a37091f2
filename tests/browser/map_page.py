"""The live map in a page: where its points are in pixels, and what is drawn."""

from __future__ import annotations

from typing import Any

from tests.browser.lab import Notebook

__all__ = ["MapPage"]

# plotly's own conversion from numbers to pixels; `c2p` is that of the axis, `_offset` its place in the figure
_PIXELS = """([map, trace]) => {
  const figure = document.querySelector(`${map} .js-plotly-plot`);
  const { xaxis, yaxis } = figure._fullLayout, box = figure.getBoundingClientRect();
  const found = figure._fullData.find((one) => one.name === trace);
  const left = box.left + xaxis._offset, top = box.top + yaxis._offset;
  return [...found.x.keys()].map((row) => [left + xaxis.c2p(found.x[row]), top + yaxis.c2p(found.y[row])]);
}"""
_TRACE = """([map, name]) => {
  const found = document.querySelector(`${map} .js-plotly-plot`)?._fullData?.find((one) => one.name === name);
  return found && { x: [...(found.x || [])], y: [...(found.y || [])], text: found.text, hover: found.hovertext,
    marker: found.marker && { size: found.marker.size, opacity: found.marker.opacity,
      color: ArrayBuffer.isView(found.marker.color) ? [...found.marker.color] : found.marker.color } };
}"""

_FADED = """(map) => document.querySelector(`${map} .js-plotly-plot`)._fullData
  .filter((one) => one.visible === true && one.selectedpoints).map((one) => one.name)"""
_VISIBLE = """(map) => document.querySelector(`${map} .js-plotly-plot`)._fullData
  .filter((one) => one.visible === true && one.x?.length && one.x[0] !== null)
  .map((one) => [one.name, one.type, one.x.length])"""
_WRITTEN = """(map) => [...document.querySelectorAll(`${map} .annotation`)].map((node) => {
  const { left, top, right, bottom } = node.querySelector(".bg").getBoundingClientRect();
  return { name: node.querySelector("text").textContent, left, top, right, bottom };
})"""


class MapPage:
    """A map of the app in a notebook.

    Parameters
    ----------
    notebook
        The notebook.
    inside
        Selector of the box that holds the map; the first one found.
    """

    def __init__(self, notebook: Notebook, inside: str = ".wb-map") -> None:
        self.page = notebook.page
        self.inside = inside

    def trace(self, name: str) -> Any:
        """Give x, y, texts and marker of a trace as plotly has drawn it; None while there is no map."""
        return self.page.evaluate(_TRACE, [self.inside, name])

    def visible(self) -> list[list[Any]]:
        """Give name, type and number of points of the traces that are shown and have any, the key left out."""
        return self.page.evaluate(_VISIBLE, self.inside)

    def written(self) -> list[dict[str, Any]]:
        """Give the texts over the points, with the edges of their boxes on the page."""
        return self.page.evaluate(_WRITTEN, self.inside)

    def pixels(self, trace: str) -> list[list[float]]:
        """Give (x, y) on the page of all points of a trace."""
        return self.page.evaluate(_PIXELS, [self.inside, trace])

    def area(self) -> dict[str, float]:
        """Give the edges of the part of the figure in which points lie."""
        return self.page.locator(f"{self.inside} .nsewdrag").first.evaluate(
            "(node) => node.getBoundingClientRect().toJSON()"
        )

    def forgets_the_lasso(self) -> None:
        """Wait until no trace is drawn pale, as plotly draws what an outline leaves out."""
        self.page.wait_for_function(f"(map) => ({_FADED})(map).length === 0", arg=self.inside)

    def point(self, place: list[float]) -> None:
        """Go to a place, as a hand does."""
        self.page.mouse.move(place[0] - 3, place[1])
        self.page.mouse.move(*place, steps=3)
        self.page.wait_for_timeout(150)  # plotly looks at the pointer now and then

    def click(self, place: list[float]) -> None:
        """Go to a place, as a hand does, and click."""
        self.point(place)
        self.page.mouse.click(*place)

    def mode(self, name: str) -> None:
        """Choose what dragging does, by the figure's own button: pan, select or lasso."""
        self.page.locator(f"{self.inside} .js-plotly-plot").hover(position={"x": 20, "y": 20})
        self.page.locator(f'{self.inside} .modebar-btn[data-attr="dragmode"][data-val="{name}"]').click()

    def drag(self, *path: tuple[float, float]) -> None:
        """Press at the first place, go over all the others, and let go at the last."""
        self.page.mouse.move(*path[0])
        self.page.mouse.down()
        for place in path[1:]:
            self.page.mouse.move(*place, steps=8)
        self.page.mouse.up()
