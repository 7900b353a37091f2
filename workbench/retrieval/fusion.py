"""Reciprocal rank fusion: several rankings become one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.retrieval.similarity import ranking

__all__ = ["CONSTANT", "fused", "ranks"]

CONSTANT = 60
"""k of Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009: the larger, the less the first places count."""


def ranks(scores: np.ndarray, allowed: np.ndarray | None = None) -> np.ndarray:
    """Give the place of each row by score.

    Parameters
    ----------
    scores
        float32 (n,), higher is better.
    allowed
        bool (n,): the rows that are ranked; all by default.

    Returns
    -------
    numpy.ndarray
        int32 (n,): 1 for the best, 0 for rows that are not ranked; among equal scores the earlier row comes first.
    """
    found = np.zeros(len(scores), dtype=np.int32)
    rows = np.arange(len(scores)) if allowed is None else np.flatnonzero(allowed)
    found[rows[ranking(scores[rows])]] = np.arange(1, len(rows) + 1, dtype=np.int32)
    return found


def fused(places: Sequence[np.ndarray], weights: Sequence[float]) -> np.ndarray:
    """Add up `weight / (60 + rank)` over the rankings.

    Parameters
    ----------
    places
        One int32 (n,) a ranking, as from `ranks`; 0 adds nothing.
    weights
        One a ranking, 0 or more.

    Returns
    -------
    numpy.ndarray
        float32 (n,), 0 for rows that no ranking has. A row that is first everywhere has the sum of weights / 61.
    """
    total = np.zeros(len(places[0]), dtype=np.float64)
    for place, weight in zip(places, weights, strict=True):
        total += np.where(place > 0, weight / (CONSTANT + place), 0)
    return total.astype(np.float32)
