"""From scores to the few passages that are shown: reranking, threshold, copies, diversity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.errors import InputError, ModelError
from workbench.protocols import Reranker
from workbench.records import STAGES, Traced
from workbench.retrieval.duplicates import distinct
from workbench.retrieval.mmr import mmr_order
from workbench.retrieval.options import Options
from workbench.retrieval.scoring import Scored
from workbench.retrieval.searchable import Searchable
from workbench.retrieval.similarity import ranking

__all__ = ["Picked", "pick"]

_POOL = 50
"""Reranking and MMR choose among this many of the best, or four times `top_k` where that is more."""
_AHEAD = 250
"""Candidates put in order beyond what is wanted, so that copies among them need no second sort."""


@dataclass(frozen=True, eq=False)
class Picked:
    """The rows that are shown, the place of each by score alone (from 1), and what became of all others."""

    rows: list[int]
    places: list[int]
    traced: Traced


def pick(space: Searchable, query: str, scored: Scored, options: Options, reranker: Reranker | None) -> Picked:
    """Choose passages among the chunks that are not out yet; see `search_in` for the parameters."""
    dropped = scored.dropped.copy()
    rows = np.flatnonzero(dropped == 0)
    pool = max(_POOL, 4 * options.top_k)
    values = scored.scores
    reranked: dict[int, float] = {}
    if options.rerank is not None and len(rows):
        rows = _narrowed(rows, values, pool, dropped)
        values = _reranked(space, query, rows, reranker, values)
        reranked = {int(row): float(values[row]) for row in rows}
    if options.threshold is not None:
        below = values[rows] < options.threshold
        dropped[rows[below]] = STAGES.index("threshold")
        rows = rows[~below]
    wanted = options.top_k if options.mmr is None else pool
    order, kept, copies = _distinct(space, rows, values, wanted, group=options.group)
    dropped[list(copies)] = STAGES.index("duplicate")
    places = {int(row): place for place, row in enumerate(order.tolist(), start=1)}
    steps: dict[int, int] = {}
    last = "top_k"
    if options.mmr is not None:
        _narrowed_to(rows, [*kept, *copies], dropped)
        kept = _diverse(space, kept, values, options)
        steps = {row: step for step, row in enumerate(kept, start=1)}
        last = "mmr"
    left = dropped == 0
    left[kept] = False
    dropped[left] = STAGES.index(last)
    shown = set(kept)
    copies = {copy: row for copy, row in copies.items() if row in shown or options.mmr is not None}
    traced = Traced(dropped, scored.dense, scored.lexical, scored.fused, reranked, steps, copies)
    return Picked(kept, [places[row] for row in kept], traced)


def _narrowed(rows: np.ndarray, values: np.ndarray, pool: int, dropped: np.ndarray) -> np.ndarray:
    """Keep the best of the pool; the others are out."""
    best = rows[ranking(values[rows], pool)]
    _narrowed_to(rows, best.tolist(), dropped)
    return best


def _narrowed_to(rows: np.ndarray, kept: list[int], dropped: np.ndarray) -> None:
    out = np.zeros(len(dropped), dtype=bool)
    out[rows] = True
    out[kept] = False
    dropped[out] = STAGES.index("pool")


def _reranked(
    space: Searchable, query: str, rows: np.ndarray, reranker: Reranker | None, values: np.ndarray
) -> np.ndarray:
    if reranker is None:
        raise InputError("rerank was asked for, and no reranker was given. Leave rerank out, or search with one.")
    found = np.asarray(reranker.score(query, [space.chunks[row].text for row in rows]), dtype=np.float32)
    if found.shape != (len(rows),) or not np.isfinite(found).all():
        raise ModelError(
            f"The reranker {reranker.id} gave scores of shape {found.shape} for {len(rows)} passages, or some that "
            "are not finite; one finite number a passage was expected. Choose another reranker."
        )
    scores = np.full(len(values), -np.inf, dtype=np.float32)
    scores[rows] = found
    return scores


def _distinct(
    space: Searchable, rows: np.ndarray, values: np.ndarray, wanted: int, *, group: bool
) -> tuple[np.ndarray, list[int], dict[int, int]]:
    """Give the candidates in order, as far as was needed, the first that differ, and their copies."""
    count = 2 * wanted + _AHEAD
    while True:
        order = rows[ranking(values[rows], count)]
        if not group:
            return order, order[:wanted].tolist(), {}
        kept, copies = distinct(space, order, wanted)
        if len(kept) == wanted or len(order) == len(rows):
            return order, kept, copies
        count *= 8


def _diverse(space: Searchable, kept: list[int], values: np.ndarray, options: Options) -> list[int]:
    """Order by maximal marginal relevance, which weighs a score against cosines: other scores are brought to 0..1."""
    if not kept:
        return []
    rows = np.array(kept)
    scores = values[rows]
    if options.metric != "cosine" or options.mode == "lexical" or options.fuses or options.rerank is not None:
        spread = float(np.ptp(scores)) or 1.0
        scores = (scores - scores.min()) / spread
    assert options.mmr is not None
    return rows[mmr_order(scores, space.vectors[rows], options.mmr, options.top_k)].tolist()
