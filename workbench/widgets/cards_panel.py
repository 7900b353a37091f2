"""The passages: one card each, with its score, its best sentence and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.injection import instruction_like
from workbench.records import Answer, Chunk, Retrieval
from workbench.retrieval import why_not
from workbench.widgets._live import LivePanel
from workbench.widgets._passages import answer_of, bar, fate, name_of, place_of, runs, score_text, why_empty

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["CardsPanel", "view"]

COPIES = 20
"""Ids of copies that are listed; all are counted."""
LEAD = 100
"""Characters before the best sentence from which on a folded text starts at that sentence."""


class CardsPanel(LivePanel):
    """Shows `wb.retrieval`, and `wb.opened` on top."""

    name = "cards_panel"
    reads = ("retrieval", "answer", "opened", "chunks", "embedded", "highlights")

    def __init__(self, wb: Workbench) -> None:
        self._around: set[str] = set()
        super().__init__(wb)
        self.watch("retrieval", self._compare)
        if wb.retrieval is not None:
            self._ask_for(wb.retrieval)  # found before anything was shown

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb, self._around)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Light a passage, show it in its document or what is like it, open a copy, shut the one from the map."""
        return {
            "focus": self.light,
            "around": self._toggle,
            "like": self._like,
            "open": self._open,
            "shut": self._shut,
        }

    def _compare(self, change: Mapping[str, Any]) -> None:
        """Have the passages' sentences compared with the question, once the cards are there."""
        if change["new"] is not None and self.wb.live:
            self._ask_for(change["new"])

    def _ask_for(self, retrieval: Retrieval) -> None:
        known = self.wb.highlights
        if known is None or known.retrieval is not retrieval:
            self.wb.submit("highlight", id(retrieval))

    def _like(self, chunk: str) -> None:
        self.wb.submit("more_like", chunk)

    def _open(self, chunk: str) -> None:
        self.wb.opened = chunk

    def _toggle(self, chunk: str) -> None:
        self._around ^= {chunk}

    def _shut(self) -> None:
        self.wb.opened = ""


def view(wb: Workbench, around: Collection[str] = ()) -> dict[str, Any]:
    """Give what the panel draws.

    Parameters
    ----------
    wb
        Read, never written.
    around
        Ids of the chunks whose neighbours are shown.

    Returns
    -------
    dict
        `opened` the card of the chunk clicked on the map, or None; `cards` best first; `note` how much was
        searched; `empty` why there is no card.
    """
    retrieval, answer = wb.retrieval, answer_of(wb)
    return {
        "opened": _opened(wb, around),
        "cards": [] if retrieval is None else _cards(wb, retrieval, answer, around),
        "score_name": retrieval.score_name if retrieval else "",
        "note": _note(retrieval),
        "empty": _empty(wb),
    }


def _cards(wb: Workbench, retrieval: Retrieval, answer: Answer | None, around: Collection[str]) -> list[dict[str, Any]]:
    scores = [passage.score for passage in retrieval.passages]
    best, lit = max(scores, default=0.0), _lit(wb, retrieval)
    return [
        _card(wb, passage.chunk, retrieval, around, lit.get(passage.chunk.id))
        | _scored(passage.score, retrieval.score_name, best)
        | {"rank": passage.rank, "tag": fate(passage.rank, answer), "why": passage.why}
        | {"copies": list(passage.copies[:COPIES]), "copied": len(passage.copies)}
        | {"margin": _margin(passage.score, after, retrieval.score_name)}
        for passage, after in zip(retrieval.passages, [*scores[1:], None], strict=False)
    ]


def _margin(score: float, after: float | None, name: str) -> str:
    """Give how much more a score is than the next one; nothing for the last, or where diversity has the say."""
    return "" if after is None or after > score else score_text(score - after, name)


def _lit(wb: Workbench, retrieval: Retrieval) -> Mapping[str, tuple[int, int]]:
    """Give the sentences to mark, where they have been compared; nothing means those that share most words."""
    found = wb.highlights
    return found.spans if found is not None and found.retrieval is retrieval else {}


def _card(
    wb: Workbench,
    chunk: Chunk,
    retrieval: Retrieval | None,
    around: Collection[str],
    lit: tuple[int, int] | None = None,
) -> dict[str, Any]:
    asked = retrieval is not None and "like" not in retrieval.options
    pieces = runs(retrieval.query if retrieval is not None and asked else "", chunk.text, lit)
    return {
        "id": chunk.id,
        "name": name_of(chunk),
        "place": place_of(chunk),
        "runs": pieces,
        "from": _folded_start(pieces),
        "flag": instruction_like(chunk.text),
        "around": _neighbours(wb, chunk.id) if chunk.id in around else None,
        "margin": "",
        "copies": [],
        "copied": 0,
    }


def _scored(score: float, name: str, best: float) -> dict[str, Any]:
    return {"score": score_text(score, name), "bar": bar(score, name, best)}


def _folded_start(pieces: list[dict[str, Any]]) -> int:
    """Give the piece that a folded text starts with: the best sentence where that stands far down."""
    before = 0
    for index, piece in enumerate(pieces):
        if piece.get("m"):
            return index if before > LEAD else 0
        before += len(piece["t"])
    return 0


def _neighbours(wb: Workbench, chunk: str) -> dict[str, str]:
    before, after = wb.neighbours(chunk)
    return {"before": before.text if before else "", "after": after.text if after else ""}


def _opened(wb: Workbench, around: Collection[str]) -> dict[str, Any] | None:
    if not wb.opened:
        return None
    try:
        chunk = wb.chunk(wb.opened)
    except WorkbenchError:
        return None  # the corpus has changed since the click; there is nothing left to show
    card = _card(wb, chunk, wb.retrieval, around)
    return card | {"score": "", "bar": 0.0, "rank": 0, "tag": "From the map", "why": ""} | _standing(wb, chunk.id)


def _standing(wb: Workbench, chunk: str) -> dict[str, Any]:
    retrieval = wb.retrieval
    if retrieval is None:
        return {}
    try:
        stands = why_not(retrieval, chunk)
    except WorkbenchError:
        return {"why": "It was not embedded when the question was asked."}
    score, best = stands.score or 0.0, max((passage.score for passage in retrieval.passages), default=0.0)
    if retrieval.score_name == "reranker":
        return {"rank": stands.rank or 0, "why": stands.sentence}
    return _scored(score, retrieval.score_name, best) | {"rank": stands.rank or 0, "why": stands.sentence}


def _note(retrieval: Retrieval | None) -> str:
    if retrieval is None or retrieval.embedded >= retrieval.total:
        return ""
    return f"{retrieval.embedded:,} of {retrieval.total:,} chunks were embedded when this was searched"


def _empty(wb: Workbench) -> str:
    if wb.retrieval is None:
        return "The passages that a question finds are shown here, numbered as on the map."
    return "" if wb.retrieval.passages else why_empty(wb, wb.retrieval)
