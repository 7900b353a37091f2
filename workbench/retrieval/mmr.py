"""Maximal marginal relevance: close to the question, unlike what was picked already."""

from __future__ import annotations

import numpy as np

from workbench.errors import InputError

__all__ = ["mmr_order"]


def mmr_order(scores: np.ndarray, vectors: np.ndarray, weight: float, count: int) -> np.ndarray:
    """Pick rows one after the other by `weight * score - (1 - weight) * (highest cosine to a row picked before)`.

    Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing
    summaries", SIGIR 1998, equation 2. Against all picks so far, not only the last.

    Parameters
    ----------
    scores
        float32 (n,): similarity of each candidate to the question.
    vectors
        float32 (n, d): the candidates.
    weight
        Lambda in 0..1; 1 is the plain ranking, 0 looks at diversity alone.
    count
        How many to pick.

    Returns
    -------
    numpy.ndarray
        int64 (min(count, n),): rows in the order picked; among equals the earlier row.
    """
    if not 0 <= weight <= 1:
        raise InputError(f"mmr is {weight!r}; give a number from 0 (most diverse) to 1 (most similar), or None.")
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    # The first pick has nothing before it: its second term is 0 for all.
    redundancy = np.zeros(len(scores), dtype=np.float32)
    free = np.ones(len(scores), dtype=bool)
    picked: list[int] = []
    for _ in range(min(count, len(scores))):
        gain = np.where(free, weight * scores - (1 - weight) * redundancy, -np.inf)
        best = int(np.argmax(gain))
        picked.append(best)
        free[best] = False
        cosines = units @ units[best]
        redundancy = cosines if len(picked) == 1 else np.maximum(redundancy, cosines)
    return np.array(picked, dtype=np.int64)
