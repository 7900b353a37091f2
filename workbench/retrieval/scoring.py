"""The scores of all chunks: by their vectors, by their words, and fused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.errors import InputError
from workbench.records import STAGES, Expansion
from workbench.retrieval.filters import matching
from workbench.retrieval.fusion import fused, ranks
from workbench.retrieval.options import Options
from workbench.retrieval.searchable import Searchable
from workbench.retrieval.similarity import ranking, similarities

__all__ = ["Scored", "score"]

_NEAREST = 200
"""Chunks asked of the approximate index, or ten times `top_k` where that is more: filters and copies take some."""


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores of n chunks, and which are out already.

    `scores` are those that rank; `dense`, `lexical` and `fused` those of each stage, None where it did not run.
    `dropped` is uint8 (n,), a place in `STAGES`.
    """

    scores: np.ndarray
    dropped: np.ndarray
    dense: np.ndarray | None
    lexical: np.ndarray | None
    fused: np.ndarray | None
    best: float | None
    recall: float | None


def score(
    space: Searchable,
    query: str,
    vector: np.ndarray,
    options: Options,
    expansions: Sequence[Expansion],
    nearest: Callable[[np.ndarray, int], np.ndarray] | None,
    cancel: threading.Event,
) -> Scored:
    """Score every chunk; see `search_in` for the parameters."""
    dropped = _filtered(space, options)
    dots = space.vectors @ vector if len(space.chunks) else np.empty(0, dtype=np.float32)
    cosines = similarities(space.vectors, vector, "cosine", space.squares, dots)
    dense = cosines
    if options.metric != "cosine":
        dense = similarities(space.vectors, vector, options.metric, space.squares, dots)
    held, recall = None, None
    if options.engine == "hnsw" and len(space.chunks):
        held = _held(space, vector, options, nearest)
        recall = _recall(dense, held, dropped == 0, options.top_k)
    words = space.lexical(cancel).scores if options.mode != "dense" else None
    lexical = words(query) if words else None
    total = None
    if options.fuses:
        rankings = _rankings(space, options, dropped == 0, dense, lexical, held, words, expansions)
        total = fused([places for places, _ in rankings], [weight for _, weight in rankings])
    scores = total if total is not None else lexical if options.mode == "lexical" else dense
    assert scores is not None
    _drop_unfound(dropped, total, lexical, held, options)
    return Scored(
        scores=scores,
        dropped=dropped,
        dense=dense if options.mode != "lexical" else None,
        lexical=lexical,
        fused=total,
        best=float(cosines.max()) if len(cosines) else None,
        recall=recall,
    )


def _filtered(space: Searchable, options: Options) -> np.ndarray:
    dropped = np.zeros(len(space.chunks), dtype=np.uint8)
    for stage, passed in matching(space.columns, options.where, options.within).items():
        dropped[(dropped == 0) & ~passed] = STAGES.index(stage)
    return dropped


def _held(
    space: Searchable, vector: np.ndarray, options: Options, nearest: Callable[[np.ndarray, int], np.ndarray] | None
) -> np.ndarray:
    if nearest is None:
        raise InputError("engine='hnsw' needs an approximate index, and there is none here. Take engine='exact'.")
    held = np.zeros(len(space.chunks), dtype=bool)
    held[nearest(vector, min(len(space.chunks), max(_NEAREST, 10 * options.top_k)))] = True
    return held


def _recall(dense: np.ndarray, held: np.ndarray, allowed: np.ndarray, top_k: int) -> float | None:
    """Give the share of the exact best that the approximate index gave; None where a filter leaves nothing."""
    rows = np.flatnonzero(allowed)
    exact = rows[ranking(dense[rows], top_k)]
    return float(held[exact].mean()) if len(exact) else None


def _rankings(
    space: Searchable,
    options: Options,
    allowed: np.ndarray,
    dense: np.ndarray,
    lexical: np.ndarray | None,
    held: np.ndarray | None,
    words: Callable[[str], np.ndarray] | None,
    expansions: Sequence[Expansion],
) -> list[tuple[np.ndarray, float]]:
    """Give each ranking with its weight: the question's and those of its expansions, by vectors and by words."""
    by_vector, by_word = options.weights if options.mode == "hybrid" else (1.0, 1.0)
    rankings = []
    if options.mode != "lexical":
        found = allowed if held is None else allowed & held
        others = [similarities(space.vectors, one.vector, options.metric, space.squares) for one in expansions]
        rankings += [(ranks(scores, found), by_vector) for scores in (dense, *others)]
    if words is not None and lexical is not None:
        for scores in (lexical, *(words(one.text) for one in expansions)):
            rankings.append((ranks(scores, allowed & (scores > 0)), by_word))
    return rankings


def _drop_unfound(
    dropped: np.ndarray, total: np.ndarray | None, lexical: np.ndarray | None, held: np.ndarray | None, options: Options
) -> None:
    if total is not None:
        missing, stage = total == 0, "hnsw" if held is not None else "unmatched"
    elif options.mode == "lexical":
        assert lexical is not None
        missing, stage = lexical == 0, "unmatched"
    elif held is not None:
        missing, stage = ~held, "hnsw"
    else:
        return
    dropped[(dropped == 0) & missing] = STAGES.index(stage)
