"""The prompt: the exact text sent, its tokens by part, and the template that it is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.generation import checked
from workbench.widgets._live import LivePanel
from workbench.widgets._template import prompt_state, template_state

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["PromptPanel", "view"]


class PromptPanel(LivePanel):
    """Shows the last prompt, and lets the template be changed."""

    name = "prompt_panel"
    reads = ("answer", "prompt_template")

    def __init__(self, wb: Workbench) -> None:
        self._said = ""
        super().__init__(wb)

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return {**view(self.wb), "said": self._said}

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Check what is typed, use it, or go back to the default."""
        return {"check": self._check, "use": self._use, "reset": self._reset}

    def _check(self, text: str) -> None:
        self._said = _missing(text)

    def _use(self, text: str) -> None:
        self._said = _missing(text)
        if not self._said:
            self.wb.prompt_template = text

    def _reset(self) -> None:
        self._said = ""
        self.wb.prompt_template = None


def _missing(text: str) -> str:
    try:
        checked(text)
    except InputError as error:
        return str(error)
    return ""


def view(wb: Workbench) -> dict[str, Any]:
    """Give what the panel draws: `prompt` as sent, None before the first question, and the `template`."""
    return {"prompt": prompt_state(wb), "template": template_state(wb)}
