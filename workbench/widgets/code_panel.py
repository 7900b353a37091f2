"""Copy as code: the cell that does with plain libraries what was just done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.widgets._live import LivePanel
from workbench.widgets._progress import running

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["CodePanel", "view"]


class CodePanel(LivePanel):
    """Shows the cell of the last question, to read and to copy."""

    name = "code_panel"
    reads = ("answer", "retrieval", "model_info", "progress")

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Give none: copying is the browser's."""
        return {}

    def refresh(self, change: Mapping[str, Any] | None = None) -> None:
        """Draw; of progress only that of the index tells anything here, and of an answer only its end."""
        if self.wb.answer is not None and self.wb.answer.streaming:
            return
        if change is None or change["name"] != "progress" or _filling(self.wb) != self.live.state["filling"]:
            super().refresh(change)


def view(wb: Workbench) -> dict[str, Any]:
    """Give what the panel draws.

    Parameters
    ----------
    wb
        Read, never written.

    Returns
    -------
    dict
        `code`: the cell, empty where there is nothing to show; `empty`: why not; `lines`: how many; `filling`:
        whether the index that the cell reads is being brought up to date.
    """
    try:
        code, empty = wb.code(), ""
    except InputError as error:
        code, empty = "", str(error)
    return {"code": code, "empty": empty, "lines": len(code.splitlines()), "filling": _filling(wb)}


def _filling(wb: Workbench) -> bool:
    return running(wb, "index") is not None
