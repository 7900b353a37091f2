"""The trace as rows: what each stage made of the chunks, a page at a time, and why one was not found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.records import STAGES, Answer, Chunk, Retrieval
from workbench.retrieval import WhyNot, ranking
from workbench.retrieval.trace import dropped_of, ranks_of, stage_ranks
from workbench.widgets._passages import fate, name_of, place_of, score_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["PAGE", "Traces", "candidates", "page", "why_view"]

PAGE = 50
"""Rows that are sent at a time."""
NEAR = 12
"""Chunks that the list of those not found begins with."""
MATCHES = 30

SAID = {
    "": "found",
    "filter": "left out by the filter",
    "selection": "outside the selection",
    "hnsw": "not given by the approximate index",
    "unmatched": "holds no word of the question",
    "pool": "not among the few that were looked at closely",
    "threshold": "below the threshold",
    "duplicate": "says the same as a passage above",
    "mmr": "too like a passage above (MMR)",
    "top_k": "after the last passage",
    "budget": "no room left in the prompt",
}
_STAGE_NAMES = {"dense": "vectors", "lexical": "BM25", "fused": "RRF", "reranked": "reranker", "mmr": "MMR step"}


@dataclass(eq=False)
class Traces:
    """A retrieval's columns, worked out once for all pages of it.

    `columns` maps a column to float32 (n,) values and int32 (n,) places by them, 0 where a chunk has none.
    """

    retrieval: Retrieval
    rank: np.ndarray
    dropped: np.ndarray
    columns: dict[str, tuple[np.ndarray, np.ndarray]]

    @classmethod
    def of(cls, retrieval: Retrieval) -> Traces:
        """Work the columns out."""
        columns = stage_ranks(retrieval)
        traced, count = retrieval.traced, len(retrieval.ids)
        if traced is not None and traced.reranked:
            columns["reranked"] = _sparse(traced.reranked, count)
        if traced is not None and traced.steps:
            values, _ = _sparse(traced.steps, count)
            columns["mmr"] = values, values.astype(np.int32)
        return cls(retrieval, ranks_of(retrieval), dropped_of(retrieval), columns)

    def order(self, sort: str) -> np.ndarray:
        """Give the rows by a column, best first, those without a place there last."""
        places = self.rank if sort == "rank" else self.columns[sort][1]
        return np.argsort(np.where(places > 0, places, len(places) + 1), kind="stable")


def _sparse(held: Mapping[int, float], count: int) -> tuple[np.ndarray, np.ndarray]:
    values, places = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.int32)
    rows = np.array(list(held), dtype=np.int64)
    values[rows] = list(held.values())
    places[rows[ranking(values[rows])]] = np.arange(1, len(rows) + 1)
    return values, places


def page(
    traces: Traces, chunks: Mapping[str, Chunk], answer: Answer | None, sort: str = "rank", number: int = 0
) -> dict[str, Any]:
    """Give one page of the trace.

    Parameters
    ----------
    traces
        All columns.
    chunks
        Id to chunk.
    answer
        What was written from the passages, None for nothing.
    sort
        `rank` or a column.
    number
        Of the page, from 0; the last one where there are not so many.

    Returns
    -------
    dict
        `heads` pairs of column and name, `rows`, `page`, `pages`, `count`, `sort`, `question`, `score_name`.
    """
    sort = sort if sort == "rank" or sort in traces.columns else "rank"
    order, found = traces.order(sort), traces.retrieval
    pages = max(1, -(-len(order) // PAGE))
    number = min(max(number, 0), pages - 1)
    rows = order[number * PAGE : (number + 1) * PAGE].tolist()
    ranks = {passage.chunk.id: passage.rank for passage in found.passages}
    return {
        "question": found.query,
        "score_name": found.score_name,
        "heads": [["rank", "rank"], *([one, _STAGE_NAMES[one]] for one in traces.columns)],
        "rows": [_row(traces, row, chunks, ranks, answer) for row in rows],
        "sort": sort,
        "page": number,
        "pages": pages,
        "count": f"{number * PAGE + 1:,}–{number * PAGE + len(rows):,} of {len(order):,} chunks",
    }


def _row(
    traces: Traces, row: int, chunks: Mapping[str, Chunk], ranks: Mapping[str, int], answer: Answer | None
) -> dict[str, Any]:
    name = traces.retrieval.ids[row]
    chunk, rank = chunks.get(name), ranks.get(name, 0)
    return {
        "id": name,
        "name": name_of(chunk) if chunk else name,
        "place": place_of(chunk) if chunk else "",
        "rank": int(traces.rank[row]),
        "cells": [_cell(column, *traces.columns[column], row) for column in traces.columns],
        "passage": rank,
        "why": f"passage {rank}, {fate(rank, answer)}" if rank else SAID[STAGES[traces.dropped[row]]],
    }


def _cell(column: str, values: np.ndarray, places: np.ndarray, row: int) -> dict[str, str]:
    """Give a score and its place, both empty where there is none."""
    if not places[row] and column != "dense":
        return {"score": "", "rank": ""}
    if column == "mmr":
        return {"score": str(int(values[row])), "rank": ""}
    name = "RRF" if column == "fused" else ""
    return {"score": score_text(float(values[row]), name), "rank": str(places[row]) if places[row] else ""}


def candidates(traces: Traces, chunks: Mapping[str, Chunk], words: str) -> list[dict[str, str]]:
    """Give chunks to ask about: the best that were not found, or those whose id or text holds all `words`."""
    wanted = words.casefold().split()
    ids = traces.retrieval.ids
    if wanted:
        found = (name for name in ids if name in chunks and _holds(chunks[name], wanted))
        return [_named(chunks[name]) for name, _ in zip(found, range(MATCHES), strict=False)]
    missed = [row for row in traces.order("rank").tolist() if traces.dropped[row]][:NEAR]
    return [_named(chunks[ids[row]]) for row in missed if ids[row] in chunks]


def _holds(chunk: Chunk, words: Sequence[str]) -> bool:
    text = f"{chunk.id}\n{chunk.text}".casefold()
    return all(word in text for word in words)


def _named(chunk: Chunk) -> dict[str, str]:
    return {"id": chunk.id, "name": name_of(chunk), "place": place_of(chunk)}


def why_view(why: WhyNot) -> dict[str, Any]:
    """Give what was found out about one chunk: its sentence, and where each stage put it."""
    return {
        "chunk": why.chunk,
        "stage": why.stage,
        "sentence": why.sentence,
        "standings": [
            {
                "name": _STAGE_NAMES[name],
                "score": score_text(score, "RRF" if name == "fused" else ""),
                "rank": str(rank) if rank else "not ranked",
            }
            for name, (score, rank) in why.standings.items()
        ],
    }
