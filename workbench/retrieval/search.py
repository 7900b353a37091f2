"""One question against all chunks: filter, score, threshold, diversity, the best few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from workbench.errors import InputError
from workbench.records import Chunk, Passage, Retrieval
from workbench.retrieval.filters import matching
from workbench.retrieval.mmr import mmr_order
from workbench.retrieval.similarity import ranking, score_name, similarities

__all__ = ["MODES", "Options", "search"]

MODES = ("dense",)

_POOL = 50
"""MMR chooses among this many of the best, or four times `top_k` where that is more."""


@dataclass(frozen=True)
class Options:
    """How to search; the same names as in `Workbench.search`.

    Raises
    ------
    InputError
        A value that cannot be used.
    """

    top_k: int = 5
    mode: str = "dense"
    metric: str = "cosine"
    mmr: float | None = None
    threshold: float | None = None
    where: Mapping[str, object] | None = None
    within: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        score_name(self.metric)
        if self.mode not in MODES:
            raise InputError(f"The mode is {self.mode!r}; it can be {', '.join(MODES)}.")
        if isinstance(self.top_k, bool) or not isinstance(self.top_k, (int, np.integer)) or self.top_k < 1:
            raise InputError(f"top_k is {self.top_k!r}; give a whole number of passages, 1 or more.")
        if self.mmr is not None and not 0 <= self.mmr <= 1:
            raise InputError(f"mmr is {self.mmr!r}; give a number from 0 (most diverse) to 1, or None.")
        if self.threshold is not None and not np.isfinite(self.threshold):
            raise InputError(f"threshold is {self.threshold!r}; give a finite number, or None.")


def search(query: str, vector: np.ndarray, vectors: np.ndarray, chunks: Sequence[Chunk], options: Options) -> Retrieval:
    """Find the passages of a question.

    Parameters
    ----------
    query
        The question, kept in the result.
    vector
        float32 (d,): the question's vector.
    vectors
        float32 (n, d): the chunks' vectors, in the order of `chunks`.
    chunks
        n chunks.
    options
        How to search.

    Returns
    -------
    Retrieval
        Passages with ranks 1, 2, 3 ...; `scores` of all n chunks; `drops` names the filter or selection that kept
        a chunk out.
    """
    scores = similarities(vectors, vector, options.metric)
    passes = matching(chunks, options.where, options.within)
    allowed = np.ones(len(chunks), dtype=bool)
    drops: dict[str, str] = {}
    for stage, passed in passes.items():
        drops.update((chunks[row].id, stage) for row in np.flatnonzero(allowed & ~passed).tolist())
        allowed &= passed
    rows = np.flatnonzero(allowed)
    if options.threshold is not None:
        rows = rows[scores[rows] >= options.threshold]
    name = score_name(options.metric)
    passages = tuple(
        Passage(rank, float(scores[row]), chunks[row], _why(float(scores[row]), name, place, options))
        for rank, (row, place) in enumerate(_best(scores, vectors, rows, options), start=1)
    )
    return Retrieval(
        query=query,
        passages=passages,
        score_name=name,
        scores=scores,
        ids=tuple(chunk.id for chunk in chunks),
        vector=vector,
        options=asdict(options),
        embedded=len(chunks),
        total=len(chunks),
        drops=drops,
    )


def _best(scores: np.ndarray, vectors: np.ndarray, rows: np.ndarray, options: Options) -> list[tuple[int, int]]:
    """Give (row, place by score alone, from 1) for the chosen few."""
    if options.mmr is None:
        order = ranking(scores[rows], options.top_k)
        return [(int(rows[at]), place) for place, at in enumerate(order, start=1)]
    pool = rows[ranking(scores[rows], max(_POOL, 4 * options.top_k))]
    picks = mmr_order(scores[pool], vectors[pool], options.mmr, options.top_k)
    return [(int(pool[pick]), int(pick) + 1) for pick in picks]


def _why(score: float, name: str, place: int, options: Options) -> str:
    if options.mmr is None:
        return f"{name} {score:.3f} is number {place} of all that were searched"
    return (
        f"number {place} by {name} ({score:.3f}), chosen for being close and unlike those above (MMR {options.mmr:g})"
    )
