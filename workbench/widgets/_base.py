"""What every panel is: a thin view on the workbench that can be closed without a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ipywidgets import Widget

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["Panel", "close_widget"]

Handler = Callable[[Any], None]


class Panel:
    """Shows a part of a workbench.

    A panel keeps nothing that the workbench has: it reads traits, is told of changes, and answers clicks with
    `wb.submit`. A subclass sets `widget`.

    Parameters
    ----------
    wb
        The workbench that is shown.

    Attributes
    ----------
    widget
        The ipywidget to show.
    """

    widget: Widget

    def __init__(self, wb: Workbench) -> None:
        self.wb = wb
        self._watched: list[tuple[Handler, list[str]]] = []

    def watch(self, names: str | Iterable[str], handler: Handler) -> None:
        """Call `handler(change)` when one of these traits of the workbench changes, until the panel is closed.

        The call comes on the thread that did the work.
        """
        listed = [names] if isinstance(names, str) else list(names)
        self.wb.observe(handler, names=listed)
        self._watched.append((handler, listed))

    def resync(self) -> None:
        """Bring figures up to date in what a page is about to read; before each display."""

    def close(self) -> None:
        """Undo every `watch` and close the widget with all that it holds; may be called twice."""
        watched, self._watched = self._watched, []
        for handler, names in watched:
            # A workbench that was closed first has let go of all observers already.
            with suppress(ValueError):
                self.wb.unobserve(handler, names=names)
        close_widget(self.widget)


def close_widget(widget: Widget) -> None:
    """Close a widget and the widgets in its synced traits: children, layout, style.

    ipywidgets closes a box alone, and each of the others would stay in the kernel and in the page for good.
    """
    if widget.comm is None:
        return
    held = [getattr(widget, name) for name in widget.keys]
    widget.close()
    for value in held:
        for part in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(part, Widget):
                close_widget(part)
