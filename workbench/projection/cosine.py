"""Cosine distance as a function of two vectors alone, and the exact nearest rows by it."""

from __future__ import annotations

import numpy as np

from workbench.projection.distinct import Distinct

__all__ = ["highest", "nearest_rows", "pair_distances", "rounding", "unit_rows"]

BLOCK_CELLS = 2**23
"""Similarities held at a time: 32 MB in float32."""

PAIRS = 2048
"""Pairs of vectors gathered at a time, so that they stay in the cache."""

GROUPS_FOR_EACH = 16
"""Groups of columns for each neighbour wanted, whose maxima bound the k-th highest similarity from below."""


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Give float32 (n, d) rows of length 1; a row of length 0 stays 0."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    # adding 0 turns -0 into 0, so that equal rows are equal bytes
    return rows / np.where(lengths > 0, lengths, 1) + np.float32(0)


def pair_distances(left: np.ndarray, i: np.ndarray, right: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Give float32 1 - cosine, in [0, 2], of the unit rows left[i] and right[j], pair by pair.

    A matrix product rounds the same pair differently from one block to another. This does not: the figure depends on
    the two rows alone, so that equal rows tie and a list brought up to date is the list found anew.
    """
    found = np.empty(len(i), dtype=np.float32)
    for start in range(0, len(i), PAIRS):
        part = slice(start, start + PAIRS)
        found[part] = np.einsum("ij,ij->i", left[i[part]], right[j[part]])
    return np.clip(1 - found, 0, 2)


def rounding(dimensions: int) -> float:
    """Give the most by which two ways of summing a cosine in float32 can differ [1]_.

    References
    ----------
    .. [1] N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 3.1.
    """
    return float((dimensions + 4) * np.finfo(np.float32).eps)


def nearest_rows(unit: np.ndarray, base: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the k rows of `base` nearest to each row of `unit`, comparing with every one.

    Parameters
    ----------
    unit, base
        float32 (m, d) and (n, d) unit rows.
    k
        Rows wanted, at most n.

    Returns
    -------
    indices, distances
        int32 and float32 (m, k), nearest first; of equal ones the lower row number comes first.
    """
    kinds = Distinct.of(base)
    different = base[kinds.first] if len(kinds.first) < len(base) else base
    found, distances = _nearest_distinct(unit, different, min(k, len(different)))
    return kinds.spread(found, distances, k)


def _nearest_distinct(unit: np.ndarray, base: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    indices = np.zeros((len(unit), k), dtype=np.int32)
    distances = np.zeros((len(unit), k), dtype=np.float32)
    if not k:
        return indices, distances
    turned, slack = np.ascontiguousarray(base.T), 2 * rounding(base.shape[1])
    step = min(len(unit), max(1, BLOCK_CELLS // len(base)))
    room = np.empty((step, len(base)), dtype=np.float32)
    for start in range(0, len(unit), step):
        block = unit[start : start + step]
        similarity = np.matmul(block, turned, out=room[: len(block)])
        bound = _lower_bound(similarity, k) - slack
        rows, columns = np.divmod(np.flatnonzero(similarity >= bound[:, None]), len(base))
        apart = pair_distances(block, rows, base, columns)
        order = np.lexsort((columns, apart, rows))
        # the first k of each row's run
        begins = np.searchsorted(rows, np.arange(len(block)))
        chosen = order[(begins[:, None] + np.arange(k)).ravel()]
        indices[start : start + step] = columns[chosen].reshape(-1, k)
        distances[start : start + step] = apart[chosen].reshape(-1, k)
    return indices, distances


def _lower_bound(similarity: np.ndarray, k: int) -> np.ndarray:
    """Give for each row a value that at least k of its entries reach: the k-th highest of maxima of groups."""
    m, n = similarity.shape
    groups = min(n, GROUPS_FOR_EACH * k)
    size = n // groups
    maxima = similarity[:, : size * groups].reshape(m, size, groups).max(axis=1)
    maxima.partition(groups - k, axis=1)
    return maxima[:, groups - k]


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
