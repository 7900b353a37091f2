"""With and without: the same question answered with its passages, without any, and with the wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.generation import EXTRACTIVE
from workbench.records import Answer, Contexts
from workbench.widgets._live import LivePanel
from workbench.widgets._segments import segments
from workbench.widgets._words import count, join, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["ContextsPanel", "view"]

COLUMNS = (
    ("right", "With the right passages"),
    ("without", "Without passages"),
    ("wrong", "With the wrong passages"),
)


class ContextsPanel(LivePanel):
    """Three answers side by side, one after the other as they are written."""

    name = "contexts_panel"
    reads = ("contexts", "retrieval", "progress", "query")

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Ask, stop, light a passage."""
        return {"compare": self._compare, "stop": lambda: self.wb.cancel("ask"), "focus": self.light}

    def _compare(self) -> None:
        if not self.wb.query.strip():
            raise InputError("Type a question first; then it is answered with and without its passages.")
        self.wb.submit("compare_contexts", self.wb.query)


def view(wb: Workbench) -> dict[str, Any]:
    """Give what the panel draws.

    Returns
    -------
    dict
        `columns`: `id`, `name`, `phase` (idle, next, streaming, complete, incomplete), `segments`, `problem`,
        `passages` and `note`, in words; `model`, `question`, `busy`, `stale` and `lesson`.
    """
    found: Contexts | None = wb.contexts
    job = wb.progress.get("ask")
    busy = found is not None and not found.complete and job is not None and job.state == "running"
    return {
        "question": found.question if found else wb.query,
        "model": short_model(found.model) if found else "",
        "busy": busy,
        "stale": bool(found and wb.retrieval is not None and found.retrieval is not wb.retrieval),
        "lesson": _lesson(found) if found else "",
        "columns": [_column(key, name, getattr(found, key, None), busy) for key, name in COLUMNS],
    }


def _column(key: str, name: str, answer: Answer | None, busy: bool) -> dict[str, Any]:
    if answer is None:
        return {"id": key, "name": name, "phase": "next" if busy else "idle", "segments": [], "problem": "", "note": "",
                "passages": ""}  # fmt: skip
    phase = "streaming" if answer.streaming else "complete" if answer.complete else "incomplete"
    return {
        "id": key,
        "name": name,
        "phase": phase,
        "segments": segments(answer),
        "problem": answer.problem or answer.unread,
        "note": _note(key, answer),
        "passages": _passages(answer),
    }


def _passages(answer: Answer) -> str:
    names = [passage.chunk.document for passage in (answer.prompt.passages if answer.prompt else ())]
    if not names:
        return "nothing but the question"
    return f"{count(len(names), 'passage')}: {', '.join(dict.fromkeys(names))}"


def _note(key: str, answer: Answer) -> str:
    if answer.streaming or not answer.sentences:
        return ""
    held = sum(sentence.supported for sentence in answer.sentences)
    against = "the right passages" if key == "without" else "its passages"
    total = answer.timings.total
    return join(
        f"{held} of {count(len(answer.sentences), 'sentence')} supported by {against}",
        f"{total:.1f} s" if total else "",
    )


def _lesson(found: Contexts) -> str:
    if found.model == EXTRACTIVE:
        return "No language model: `extractive` can only quote, so it has nothing to say without passages."
    return "The same model, seed and temperature: what differs is what the context gave, or took away."
