"""The panels that are drawn in the browser: state goes out as JSON, actions come in as small messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
from traitlets import Dict, Int, TraitError, Unicode

from workbench.errors import WorkbenchError
from workbench.shown import sendable
from workbench.widgets._base import Panel
from workbench.widgets.hearing import Heard, script

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["LivePanel"]


class _View(Heard, anywidget.AnyWidget):
    """What the browser sees: `state` as made by a panel's `view`, and the rank that is lit."""

    state = Dict().tag(sync=True, to_json=sendable)
    focus = Int(0).tag(sync=True)
    _esm = Unicode("").tag(sync=True)


class LivePanel(Panel):
    """A panel made of a pure `view` and a table of actions.

    A subclass names its `.js` (`name`; the stylesheet beside it is part of the theme) and the traits that its view
    reads (`reads`), and gives `view()` and `actions()`. An action gets the message's fields as keywords; it only
    submits or sets a trait. An error that it raises is shown in the panel (`state["problem"]`) until the next action.
    """

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]

    def __init__(self, wb: Workbench) -> None:
        super().__init__(wb)
        self.problem = ""
        self._live = _View(
            _esm=script("dom.js", f"{self.name}.js"),
            state={**self.view(), "problem": ""},
            focus=wb.focus,
        )
        self._live.on_msg(self._receive)
        self.widget = self._live
        self.watch(self.reads, self.refresh)
        self.watch(("focus",), self._light)

    @property
    def live(self) -> anywidget.AnyWidget:
        """What is drawn in the browser; the same as `widget` where nothing stands around it."""
        return self._live

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn: plain JSON, made from the workbench alone."""
        raise NotImplementedError

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Give what each `{"do": name, ...}` calls."""
        raise NotImplementedError

    def refresh(self, change: Mapping[str, Any] | None = None) -> None:
        """Send the state if it has changed; a problem is over once the corpus or the passages are others."""
        if change is not None and change["name"] in ("chunks", "query", "retrieval"):
            self.problem = ""
        self._live.state = {**self.view(), "problem": self.problem}

    def act(self, do: str, **fields: object) -> None:
        """Do what a message asks for, and show what goes wrong."""
        try:
            self.actions()[do](**fields)
            self.problem = ""
        except TraitError as error:
            self.problem = f"That value cannot be used: {error}"
        except WorkbenchError as error:
            self.problem = str(error)
        self.refresh()

    def light(self, rank: int) -> None:
        """Light a passage here, on the map and in the answer; 0 for none."""
        self.wb.focus = rank

    def close(self) -> None:
        """Stop listening to the browser and to the workbench."""
        self._live.on_msg(self._receive, remove=True)
        super().close()

    def _receive(self, _: object, message: Mapping[str, Any], __: Any) -> None:
        fields = dict(message)
        self.act(fields.pop("do", ""), **fields)

    def _light(self, _: object) -> None:
        self._live.focus = self.wb.focus
