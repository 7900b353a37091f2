"""Text in one of ipywidgets' own labels."""

from __future__ import annotations

from ipywidgets import Label

from workbench.shown import NO_MATH, visible

__all__ = ["PlainLabel"]


class PlainLabel(Label):
    """A label whose text stays text: ipywidgets hands what a label says to MathJax, which would set `$x$`."""

    def __init__(self, text: str = "") -> None:
        super().__init__(visible(text))
        for name in NO_MATH.split():
            self.add_class(name)

    def say(self, text: str) -> None:
        """Show another text."""
        self.value = visible(text)
