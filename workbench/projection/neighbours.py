"""Exact nearest neighbours by cosine, in bounded memory."""

from __future__ import annotations

import numpy as np

__all__ = ["highest", "nearest_neighbours", "unit_rows"]

BLOCK_CELLS = 2**23
"""Similarities held at a time: 32 MB in float32."""


def nearest_neighbours(vectors: np.ndarray, k: int, rows: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Find the k nearest other vectors by cosine, comparing with every one.

    Parameters
    ----------
    vectors
        (n, d), finite. A vector of length 0 has cosine 0 with all others.
    k
        Neighbours wanted; at most n - 1 are found.
    rows
        Rows to find the neighbours of, int (m,); all of them if None.

    Returns
    -------
    indices
        int32 (m, k), nearest first, the row itself left out; of equal ones the lower row number comes first.
    distances
        float32 (m, k), 1 - cosine, in [0, 2].
    """
    unit = unit_rows(vectors)
    rows = np.arange(len(unit)) if rows is None else np.asarray(rows)
    k = max(0, min(k, len(unit) - 1))
    indices = np.zeros((len(rows), k), dtype=np.int32)
    distances = np.zeros((len(rows), k), dtype=np.float32)
    step = max(1, BLOCK_CELLS // max(1, len(unit)))
    for start in range(0, len(rows) if k else 0, step):
        block = rows[start : start + step]
        similarity = unit[block] @ unit.T
        similarity[np.arange(len(block)), block] = -np.inf
        found = highest(similarity, k)
        indices[start : start + step] = found
        distances[start : start + step] = 1 - np.take_along_axis(similarity, found, axis=1)
    return indices, np.clip(distances, 0, 2)


def highest(scores: np.ndarray, k: int) -> np.ndarray:
    """Give the columns of the k highest scores of each row, highest first, ties by column number.

    Parameters
    ----------
    scores
        (m, n) with k <= n, no NaN.

    Returns
    -------
    numpy.ndarray
        int64 (m, k).
    """
    n = scores.shape[1]
    if k == 0:
        return np.zeros((len(scores), 0), dtype=np.int64)
    columns = np.argpartition(scores, n - k, axis=1)[:, n - k :]
    values = np.take_along_axis(scores, columns, axis=1)
    least = values.min(axis=1)
    # argpartition picks among equals at the edge as it likes; take the lowest columns instead
    for row in np.flatnonzero((scores >= least[:, None]).sum(axis=1) > k):
        above = np.flatnonzero(scores[row] > least[row])
        equal = np.flatnonzero(scores[row] == least[row])
        columns[row] = np.concatenate([above, equal[: k - len(above)]])
        values[row] = scores[row, columns[row]]
    return np.take_along_axis(columns, np.lexsort((columns, -values), axis=1), axis=1)


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Give float32 (n, d) rows of length 1; a row of length 0 stays 0."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
