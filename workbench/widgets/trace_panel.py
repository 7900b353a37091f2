"""The trace: what each stage of the search made of every chunk, and why one was not found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.records import Chunk
from workbench.widgets._live import LivePanel
from workbench.widgets._passages import answer_of
from workbench.widgets._trace import Traces, candidates, page, why_view

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["TracePanel"]

_EMPTY = "What each stage of the search makes of every chunk is shown here once a question is asked."


class TracePanel(LivePanel):
    """Shows `wb.retrieval` a page at a time; a chunk that was not found can be asked about."""

    name = "trace_panel"
    reads = ("retrieval", "answer", "chunks")

    def __init__(self, wb: Workbench) -> None:
        self._sort, self._page, self._words = "rank", 0, ""
        self._why: tuple[object, dict[str, Any] | None] = (None, None)
        self._traces: Traces | None = None
        self._chunks: tuple[tuple[Chunk, ...], dict[str, Chunk]] = ((), {})
        super().__init__(wb)

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn; columns are worked out again only where the passages are others."""
        found = self.wb.retrieval
        if found is None or found.scores is None or not len(found.scores):
            self._traces = None
            return {"empty": _EMPTY}
        if self._traces is None or self._traces.retrieval is not found:
            self._traces, self._page = Traces.of(found), 0
        chunks = self._by_id()
        asked, why = self._why
        return {
            "empty": "",
            **page(self._traces, chunks, answer_of(self.wb), self._sort, self._page),
            "words": self._words,
            "candidates": candidates(self._traces, chunks, self._words),
            "why": why if asked is found else None,
        }

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Sort, turn the page, look for a chunk, ask why it was not found, open it."""
        return {"sort": self._sort_by, "page": self._turn, "filter": self._filter, "why": self._ask, "open": self._open}

    def _by_id(self) -> dict[str, Chunk]:
        listed = self.wb.chunk_list
        if self._chunks[0] is not listed:
            self._chunks = (listed, {chunk.id: chunk for chunk in listed})
        return self._chunks[1]

    def _sort_by(self, column: str) -> None:
        self._sort, self._page = column, 0

    def _turn(self, number: int) -> None:
        self._page = number

    def _filter(self, words: str) -> None:
        self._words = words

    def _ask(self, chunk: str) -> None:
        found = self.wb.retrieval
        if found is None:
            raise InputError("Ask a question first; then every chunk has a rank and a score.")
        self._why = (found, why_view(self.wb.why_not(found.query, chunk)))

    def _open(self, chunk: str) -> None:
        self.wb.opened = chunk
