"""The live map in a page: where its points are in pixels, and what is drawn."""

from __future__ import annotations

from typing import Any

from tests.browser.lab import Notebook

__all__ = ["MapPage"]

# plotly's own conversion from numbers to pixels; `c2p` is that of the axis, `_offset` its place in the figure
_PIXELS = """([trace, rows]) => {
  const figure = document.querySelector(".wb-map .js-plotly-plot");
  const { xaxis, yaxis } = figure._fullLayout, box = figure.getBoundingClientRect();
  const found = figure._fullData.find((one) => one.name === trace);
  const all = rows === null ? [...found.x.keys()] : rows;
  return all.map((row) => [box.left + xaxis._offset + xaxis.c2p(found.x[row]), box.top + yaxis._offset + yaxis.c2p(found.y[row])]);
}"""
_TRACE = """(name) => {
  const found = document.querySelector(".wb-map .js-plotly-plot")?._fullData?.find((one) => one.name === name);
  return found && { x: [...(found.x || [])], y: [...(found.y || [])], text: found.text, hover: found.hovertext,
    marker: found.marker && { size: found.marker.size, opacity: found.marker.opacity } };
}"""


class MapPage:
    """The map of the app in a notebook."""

    def __init__(self, notebook: Notebook) -> None:
        self.page = notebook.page

    def trace(self, name: str) -> Any:
        """Give x, y, texts and marker of a trace as plotly has drawn it; None while there is no map."""
        return self.page.evaluate(_TRACE, name)

    def pixels(self, trace: str, rows: list[int] | None = None) -> list[list[float]]:
        """Give (x, y) on the page of some points of a trace, of all of them by default."""
        return self.page.evaluate(_PIXELS, [trace, rows])

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
