"""Exact nearest neighbours by cosine, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.projection.checks import check_vectors
from workbench.projection.cosine import nearest_rows, unit_rows
from workbench.projection.distinct import Distinct
from workbench.records import Neighbours

__all__ = ["find_neighbours", "nearest_neighbours"]


def find_neighbours(vectors: np.ndarray, ids: Sequence[str], k: int = 30) -> Neighbours:
    """Find the k nearest other chunks of every chunk by cosine, comparing with every one.

    Besides the vectors and the result it holds 32 MB of similarities and two float32 copies of the vectors: 0.5 GB at
    100,000 x 384. Copies of a vector are compared once.

    Parameters
    ----------
    vectors
        (n, d), finite; n may be 0. A vector of length 0 has cosine 0 with all others.
    ids
        Chunk ids, n of them.
    k
        Neighbours wanted; at most n - 1 are found.

    Returns
    -------
    Neighbours
        Nearest first; of equally near ones the lower row number comes first.

    Raises
    ------
    InputError
        If a vector is not finite, or their number is not that of the ids.
    """
    indices, distances = nearest_neighbours(check_vectors(vectors, ids), k)
    return Neighbours(tuple(ids), indices, distances)


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
    asked = np.arange(len(unit)) if rows is None else np.asarray(rows, dtype=np.int64)
    k = max(0, min(k, len(unit) - 1))
    if not k or not len(asked):
        return np.zeros((len(asked), k), dtype=np.int32), np.zeros((len(asked), k), dtype=np.float32)
    # one more, since a row may find itself
    if rows is None:
        kinds = Distinct.of(unit)
        found, distances = nearest_rows(unit[kinds.first], unit, k + 1)
        found, distances = found[kinds.kind], distances[kinds.kind]
    else:
        found, distances = nearest_rows(unit[asked], unit, k + 1)
    others = found != asked[:, None]
    others[others.all(axis=1), k] = False
    return found[others].reshape(-1, k), distances[others].reshape(-1, k)
