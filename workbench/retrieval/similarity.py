"""Exact similarity of one question to every chunk; higher is always closer."""

from __future__ import annotations

import numpy as np

from workbench.errors import InputError

__all__ = ["METRICS", "ranking", "score_name", "similarities", "squared_norms"]

METRICS = ("cosine", "dot", "euclidean")

_NAMES = {"cosine": "cosine", "dot": "dot", "euclidean": "-euclidean"}


def score_name(metric: str) -> str:
    """Give what the scores of a metric are called: `cosine`, `dot`, or `-euclidean` (minus the distance).

    Raises
    ------
    InputError
        The metric is unknown.
    """
    if metric not in _NAMES:
        raise InputError(f"The metric is {metric!r}; it can be {', '.join(METRICS)}.")
    return _NAMES[metric]


def squared_norms(vectors: np.ndarray) -> np.ndarray:
    """Give float32 (n,): the square of each vector's length."""
    return np.einsum("ij,ij->i", vectors, vectors)


def similarities(
    vectors: np.ndarray,
    query: np.ndarray,
    metric: str = "cosine",
    squares: np.ndarray | None = None,
    dots: np.ndarray | None = None,
) -> np.ndarray:
    """Score every vector against a question.

    Parameters
    ----------
    vectors
        float32 (n, d), any norm above 0.
    query
        float32 (d,), norm above 0.
    metric
        `cosine`: the dot product of the unit vectors, in [-1, 1]. `dot`: the dot product.
        `euclidean`: minus the distance, so at most 0.
    squares
        float32 (n,): `squared_norms(vectors)` where it is known, which costs as much as the product itself.
    dots
        float32 (n,): `vectors @ query` where it is known.

    Returns
    -------
    numpy.ndarray
        float32 (n,), higher is closer.
    """
    score_name(metric)
    if not len(vectors):
        return np.empty(0, dtype=np.float32)
    dots = vectors @ query if dots is None else dots
    if metric == "dot":
        return dots.astype(np.float32, copy=False)
    squares = squared_norms(vectors) if squares is None else squares
    if metric == "cosine":
        cosines = dots / np.sqrt(squares * (query @ query))
        return np.clip(cosines, -1, 1).astype(np.float32, copy=False)
    # |v - q|^2 = |v|^2 - 2 v.q + |q|^2, which rounding can make slightly negative for equal vectors.
    return -np.sqrt(np.maximum(squares - 2 * dots + query @ query, 0)).astype(np.float32, copy=False)


def ranking(scores: np.ndarray, count: int | None = None) -> np.ndarray:
    """Give the rows of the highest scores, best first; among equal scores the earlier row comes first.

    Parameters
    ----------
    scores
        float32 (n,).
    count
        How many rows; all of them by default.

    Returns
    -------
    numpy.ndarray
        int64 (min(count, n),).
    """
    if count is None or count >= len(scores):
        return np.argsort(-scores, kind="stable")
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    threshold = np.partition(scores, len(scores) - count)[len(scores) - count]
    candidates = np.flatnonzero(scores >= threshold)
    return candidates[np.argsort(-scores[candidates], kind="stable")][:count]
