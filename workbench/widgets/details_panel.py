"""All that explains an answer, in tabs: prompt, what the model sees, scores, chunks, selection, code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox

from workbench.errors import InputError
from workbench.widgets._base import Panel
from workbench.widgets._details import chunks_tab, prompt_tab, selection_tab
from workbench.widgets._live import LivePanel
from workbench.widgets.code_panel import CodePanel
from workbench.widgets.explore_panel import ExplorePanel
from workbench.widgets.sees_panel import SeesPanel
from workbench.widgets.trace_panel import TracePanel
from workbench.widgets.twin_panel import TwinPanel

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["TABS", "DetailsPanel", "view"]

TABS = ("prompt", "sees", "scores", "explore", "twins", "chunks", "selection", "code")
GUESTS: Mapping[str, Callable[[Any], Panel]] = {
    "sees": SeesPanel,
    "scores": TracePanel,
    "explore": ExplorePanel,
    "twins": TwinPanel,
    "code": CodePanel,
}
"""The tabs whose content is a panel of its own, made when it is first turned to."""


class DetailsPanel(LivePanel):
    """Shows one tab at a time; only the open one is worked out."""

    name = "details_panel"
    reads = ("answer", "retrieval", "chunks", "token_counts", "model_info", "selection", "only_selection")

    def __init__(self, wb: Workbench) -> None:
        self._tab = "prompt"
        self._words = ""
        self._guests: dict[str, Panel] = {}
        super().__init__(wb)
        self._below = VBox()
        self.widget = VBox([self._live, self._below])

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb, self._tab, self._words)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Turn to a tab, filter chunks, open a chunk, narrow the selection."""
        return {
            "tab": self._turn,
            "filter": self._filter,
            "open": self._open,
            "only": self._only,
            "drop": self._drop,
            "clear": self._clear,
        }

    def _turn(self, tab: str) -> None:
        if tab not in TABS:
            raise InputError(f"There is no tab {tab!r}; there are: {', '.join(TABS)}.")
        self._tab = tab
        if tab in GUESTS and tab not in self._guests:
            self._guests[tab] = GUESTS[tab](self.wb)
            self._below.children = [guest.widget for guest in self._guests.values()]
        for name, guest in self._guests.items():
            guest.widget.layout.display = None if name == tab else "none"
        self._below.layout.display = None if tab in GUESTS else "none"

    def resync(self) -> None:
        """Bring the figures inside up to date."""
        for guest in self._guests.values():
            guest.resync()

    def close(self) -> None:
        """Close the panels inside too."""
        for guest in self._guests.values():
            guest.close()
        super().close()

    def _filter(self, words: str) -> None:
        self._words = words

    def _open(self, chunk: str) -> None:
        self.wb.opened = chunk

    def _only(self, value: bool) -> None:
        self.wb.only_selection = value

    def _drop(self, chunk: str) -> None:
        self.wb.selection = tuple(one for one in self.wb.selection if one != chunk)

    def _clear(self) -> None:
        self.wb.selection = ()
        self.wb.only_selection = False


def view(wb: Workbench, tab: str = "prompt", words: str = "") -> dict[str, Any]:
    """Give what the panel draws: the tabs' names and the content of the open one.

    Parameters
    ----------
    wb
        Read, never written.
    tab
        One of `TABS`.
    words
        What the chunks are filtered by.
    """
    make: dict[str, Callable[[], dict[str, Any]]] = {
        **dict.fromkeys(GUESTS, lambda: {"guest": True}),
        "prompt": lambda: prompt_tab(wb),
        "chunks": lambda: chunks_tab(wb, words),
        "selection": lambda: selection_tab(wb),
    }
    names = {
        "prompt": "Prompt",
        "sees": "What the model sees",
        "scores": "Trace",
        "explore": "Explore the map",
        "twins": "Two models",
        "chunks": "Chunks",
        "selection": f"Selection ({len(wb.selection):,})",
        "code": "Code",
    }
    return {"tab": tab, "tabs": [{"id": one, "name": names[one]} for one in TABS], "content": make[tab]()}
