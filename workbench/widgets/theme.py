"""The stylesheet of all panels, and the box that gives it to whatever is shown."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import anywidget
from ipywidgets import VBox, Widget
from traitlets import Unicode

__all__ = ["Theme", "app_box", "stylesheet"]

_HERE = Path(__file__).parent


@cache
def stylesheet() -> str:
    """Give `theme.css` followed by the stylesheet of each panel.

    One sheet, because anywidget keeps one style element a widget class: panels of one class would overwrite each
    other's.
    """
    files = sorted(_HERE.glob("*.css"), key=lambda path: (path.name != "theme.css", path.name))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


class Theme(anywidget.AnyWidget):
    """Puts the stylesheet into the page, and shows nothing."""

    _esm = "export default { render({ el }) { el.style.display = 'none'; } };"
    _css = Unicode("").tag(sync=True)

    def __init__(self) -> None:
        super().__init__(_css=stylesheet())


def app_box(*children: Widget) -> VBox:
    """Give the box that carries the theme; everything of the workbench that is shown stands in one."""
    box = VBox([Theme(), *children])
    box.add_class("wb-app")
    return box
