"""What a figure needs to know of the page around it."""

from __future__ import annotations

from pathlib import Path

import anywidget
from traitlets import Bool, Int

__all__ = ["Surroundings"]


class Surroundings(anywidget.AnyWidget):
    """An invisible line as wide as its container.

    Attributes
    ----------
    dark
        Whether the page is dark: JupyterLab's theme, elsewhere the browser's preference.
    width
        Of the container in CSS pixels; 0 until it is shown. Told when it has not changed for 0.12 s.
    webgl
        Whether the page can draw with WebGL.
    shown
        How often it has been put on a page.
    """

    _esm = Path(__file__).with_suffix(".js")
    dark = Bool(default_value=False).tag(sync=True)
    webgl = Bool(default_value=True).tag(sync=True)
    width = Int(0).tag(sync=True)
    shown = Int(0).tag(sync=True)
