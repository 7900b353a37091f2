"""The question, its settings, and questions to start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from traitlets import TraitError

from workbench.errors import InputError
from workbench.records import Answer, Chunk, Retrieval
from workbench.retrieval import EXPANSIONS
from workbench.widgets._live import LivePanel
from workbench.widgets._search import remarks
from workbench.widgets._settings import chips, fields_of, models, settings
from workbench.widgets._words import count, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["QueryPanel", "view"]

SETTABLE = {
    "top_k": "a whole number of passages, 1 or more",
    "mode": "dense, lexical or hybrid",
    "metric": "cosine, dot or euclidean",
    "engine": "exact or hnsw",
    "rerank": "the id of a cross-encoder, or nothing",
    "group": "yes or no",
    "mmr": "a number from 0 to 1",
    "threshold": "a number",
    "only_selection": "yes or no",
    "llm": "the id of a language model",
    "temperature": "a number, 0 or more",
    "seed": "a whole number",
}
"""What can be set here, and what it takes."""

_ASKED = ("top_k", "mode", "metric", "mmr", "threshold", "where", "engine", "weights", "expand", "group")


class QueryPanel(LivePanel):
    """Where a person asks."""

    name = "query_panel"
    reads = (
        *SETTABLE,
        "query",
        "retrieval",
        "weights",
        "expand",
        "where",
        "selection",
        "presentation",
        "chunks",
        "questions",
        "past",
        "server",
        "progress",
        "answer",
    )

    def __init__(self, wb: Workbench) -> None:
        self._counted: tuple[tuple[Chunk, ...], dict[str, Any]] = ((), {})
        super().__init__(wb)

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn; fields are counted again only where the chunks are others."""
        chunks = self.wb.chunk_list
        if self._counted[0] is not chunks:
            self._counted = (chunks, fields_of(chunks))
        return view(self.wb, self._counted[1])

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Ask, search, stop, set, filter, pull, recall."""
        return {
            "ask": self._ask,
            "search": self._search,
            "stop": self._stop,
            "set": self._set,
            "where": self._where,
            "weigh": self._weigh,
            "expand": self._expand,
            "pull": self._pull,
            "cancel_pull": self._cancel_pull,
            "recall": self._recall,
        }

    def _ask(self, question: str) -> None:
        self.wb.submit("ask", _asked(question))

    def _search(self, question: str) -> None:
        self.wb.submit("search", _asked(question))

    def _stop(self) -> None:
        self.wb.cancel("ask")

    def _set(self, name: str, value: object) -> None:
        if name not in SETTABLE:
            raise InputError(f"{name!r} is not a setting of a question; those are {', '.join(SETTABLE)}.")
        try:
            setattr(self.wb, name, (value or None) if name == "rerank" else value)
        except TraitError:
            raise InputError(f"{name} is {'empty' if value is None else value}; give {SETTABLE[name]}.") from None

    def _where(self, field: str, values: list[str | int | float | bool]) -> None:
        where = {name: value for name, value in (self.wb.where or {}).items() if name != field}
        if values:
            where[field] = values[0] if len(values) == 1 else values
        self.wb.where = where or None

    def _weigh(self, words: float) -> None:
        """Set the share, 0 to 1, that the ranking by words has in the fusion."""
        self.wb.weights = (round(2 * (1 - words), 2), round(2 * words, 2))

    def _expand(self, kind: str, on: bool) -> None:
        before = (self.wb.expand,) if isinstance(self.wb.expand, str) else tuple(self.wb.expand or ())
        after = tuple(one for one in EXPANSIONS if (on if one == kind else one in before))
        self.wb.expand = after or None

    def _pull(self, model: str) -> None:
        self.wb.submit("pull", model)

    def _recall(self, n: int) -> None:
        self.wb.recall(n)

    def _cancel_pull(self) -> None:
        self.wb.cancel("pull")


def _asked(question: str) -> str:
    if not question.strip():
        raise InputError("Type a question first.")
    return question.strip()


def view(wb: Workbench, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give what the panel draws.

    Parameters
    ----------
    wb
        Read, never written.
    fields
        What `fields_of(wb.chunk_list)` gives; counted here if it is not given.
    """
    job = wb.progress.get("ask")
    busy = (job is not None and job.state == "running") or bool(wb.answer and wb.answer.streaming)
    return {
        "question": wb.query,
        "busy": busy,
        "chips": chips(wb),
        "changed": not busy and _changed(wb),
        "remarks": remarks(wb.retrieval),
        "settings": settings(wb, fields_of(wb.chunk_list) if fields is None else fields),
        "models": models(wb),
        "questions": [question.question for question in wb.questions],
        "suggested": _suggested(wb),
        "earlier": [_entry(number, entry) for number, entry in enumerate(wb.past)],
        "presentation": wb.presentation,
    }


def _changed(wb: Workbench) -> bool:
    """Tell whether the passages that are shown were found with other settings than these."""
    options = wb.retrieval.options if wb.retrieval else {}
    return any(name in options and options[name] != getattr(wb, name) for name in _ASKED)


def _suggested(wb: Workbench) -> list[str]:
    """Give the corpus's first two questions that nobody has asked yet."""
    heard = {entry.question if isinstance(entry, Answer) else entry.query for entry in wb.past}
    return [question.question for question in wb.questions if question.question not in heard][:2]


def _entry(number: int, entry: Answer | Retrieval) -> dict[str, Any]:
    if isinstance(entry, Answer):
        state = "" if entry.complete else ", incomplete"
        return {"n": number, "question": entry.question, "kind": f"answered by {short_model(entry.model)}{state}"}
    return {"n": number, "question": entry.query, "kind": f"search, {count(len(entry.passages), 'passage')}"}
