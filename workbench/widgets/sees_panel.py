"""What the model sees: the string sent, its tokens, what is cut off, its vector; and whether the engine is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.protocols import Role
from workbench.widgets._live import LivePanel
from workbench.widgets._passages import name_of, place_of
from workbench.widgets._progress import running
from workbench.widgets._sees import check_state, sees_state
from workbench.widgets._words import join, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["QUERY", "SeesPanel", "Subject", "subject_of", "view"]

QUERY = "query"
"""What is chosen for the query, where a chunk would be chosen by its id."""

_NEAR = 50
"""Ids that the box for another chunk offers."""


@dataclass(frozen=True)
class Subject:
    """The text that is looked at: a chunk's id or `QUERY`, the text, and the role it is embedded in."""

    id: str
    text: str
    role: Role


class SeesPanel(LivePanel):
    """Shows one text at a time as the model sees it; once asked, it follows the opened chunk and the query.

    Nothing is embedded before the button is pressed, nor by itself where texts leave this machine.
    """

    name = "sees_panel"
    reads = (
        "explanation",
        "model_check",
        "opened",
        "query",
        "retrieval",
        "chunks",
        "model",
        "model_info",
        "progress",
    )

    def __init__(self, wb: Workbench) -> None:
        self._chosen = ""
        self._follows = False
        self._asked: tuple[object, ...] = ()
        super().__init__(wb)

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb, self._chosen)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Choose a text, show it, check the model."""
        return {
            "choose": self._choose,
            "show": self._show,
            "check": lambda: self.wb.submit("check_model"),
        }

    def refresh(self, change: Mapping[str, Any] | None = None) -> None:
        """Draw; a newly opened chunk and a new corpus end an earlier choice."""
        if change is not None and (change["name"] == "chunks" or (change["name"] == "opened" and change["new"])):
            self._chosen = ""
        super().refresh(change)
        if self._follows and not _leaves(self.wb):
            self._ask()

    def _choose(self, subject: str) -> None:
        chosen = subject.strip()
        if not chosen:
            raise InputError("Type or choose the id of a chunk first, such as 'document.md:0'.")
        if chosen != QUERY:
            self.wb.chunk(chosen)
        self._chosen = chosen

    def _show(self) -> None:
        if subject_of(self.wb, self._chosen) is None:
            raise InputError("There is no text to show yet. Choose a corpus in step 1, or ask a question.")
        self._follows = True
        self._asked = ()
        self._ask()

    def _ask(self) -> None:
        subject = subject_of(self.wb, self._chosen)
        if subject is None or not subject.text.strip():
            return
        key = (subject, _model_id(self.wb))
        if key != self._asked:
            self._asked = key
            self.wb.submit("explain", subject.text, subject.role)


def subject_of(wb: Workbench, chosen: str = "") -> Subject | None:
    """Give the text that is looked at: the chosen one, else the opened chunk, the first passage, the first chunk."""
    if chosen == QUERY and wb.query:
        return Subject(QUERY, wb.query, "query")
    by_id = {chunk.id: chunk for chunk in wb.chunk_list}
    passages = wb.retrieval.passages if wb.retrieval is not None else ()
    first = [passage.chunk.id for passage in passages[:1]] + [chunk.id for chunk in wb.chunk_list[:1]]
    found = next((by_id[one] for one in (chosen, wb.opened, *first) if one in by_id), None)
    return None if found is None else Subject(found.id, found.text, "document")


def view(wb: Workbench, chosen: str = "") -> dict[str, Any]:
    """Give what the panel draws.

    Parameters
    ----------
    wb
        Read, never written.
    chosen
        A chunk's id, `QUERY`, or empty for the default.

    Returns
    -------
    dict
        `subjects`: what can be chosen, each with `id` and `name`; `subject`: the id that is; `near`: ids to offer;
        `sees`: as in `sees_state`, or None where the model was not asked about this text; `leaves`: host that the
        text would go to; `check`: as in `check_state`, or None; `checking`: whether a check is running.
    """
    subject = subject_of(wb, chosen)
    check = wb.model_check
    return {
        "model": short_model(wb.model),
        "subjects": _subjects(wb, subject),
        "subject": subject.id if subject is not None else "",
        "near": [chunk.id for chunk in wb.chunk_list[:_NEAR]],
        "sees": sees_state(wb.explanation) if _answers(wb, subject) else None,
        "leaves": _leaves(wb),
        "check": check_state(check) if check is not None and check.model == _model_id(wb) else None,
        "checking": running(wb, "check") is not None,
    }


def _answers(wb: Workbench, subject: Subject | None) -> bool:
    """Say whether the explanation at hand is about this text and this model."""
    seen = wb.explanation
    if seen is None or subject is None:
        return False
    return (seen.text, seen.role, seen.model) == (subject.text, subject.role, _model_id(wb))


def _subjects(wb: Workbench, subject: Subject | None) -> list[dict[str, str]]:
    """List the query, the passages, and the chunk that is looked at where it is none of them."""
    found = [{"id": QUERY, "name": f"Query: {wb.query}"}] if wb.query else []
    passages = wb.retrieval.passages if wb.retrieval is not None else ()
    found += [
        {"id": one.chunk.id, "name": join(f"Passage {one.rank}", name_of(one.chunk), place_of(one.chunk))}
        for one in passages
    ]
    if subject is not None and subject.id not in {one["id"] for one in found}:
        chunk = wb.chunk(subject.id)
        found.append({"id": chunk.id, "name": join("Chunk", name_of(chunk), place_of(chunk))})
    return found


def _model_id(wb: Workbench) -> str:
    if wb.model_info is not None:
        return wb.model_info.id
    return wb.model if isinstance(wb.model, str) else str(getattr(wb.model, "id", ""))


def _leaves(wb: Workbench) -> str:
    return wb.model_info.destination if wb.model_info is not None else ""
