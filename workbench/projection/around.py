"""One chunk and the others: how near they truly are, and where the picture puts them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.errors import InputError
from workbench.projection.quality import check_same
from workbench.records import Neighbours, Projection

__all__ = ["FarNeighbour", "far_neighbours", "similarity_to"]

FAR = 3
"""A neighbour of the k nearest is far in the picture where it ranks beyond so many times k."""

BLOCK = 8192
"""Rows compared at a time."""


class FarNeighbour(NamedTuple):
    """A true neighbour of a chunk.

    Attributes
    ----------
    id
        The neighbour.
    cosine
        Between the two vectors, -1 to 1.
    rank
        Its place, from 1, among all others by distance in the picture; equally near ones share the best of theirs.
    far
        Whether that is beyond 3 k.
    """

    id: str
    cosine: float
    rank: int
    far: bool


def similarity_to(vectors: np.ndarray, row: int) -> np.ndarray:
    """Give the cosine of every vector, (n, d) and finite, to that of one row: float32 (n,), in [-1, 1].

    A vector of length 0 has cosine 0 with all, itself among them.
    """
    _check_row(row, len(vectors))
    matrix = np.asarray(vectors)
    one = matrix[row].astype(np.float32)
    similarity = np.empty(len(matrix), dtype=np.float32)
    for start in range(0, len(matrix), BLOCK):
        block = matrix[start : start + BLOCK].astype(np.float32, copy=False)
        lengths = np.linalg.norm(block, axis=1) * np.linalg.norm(one)
        similarity[start : start + BLOCK] = block @ one / np.where(lengths > 0, lengths, 1)
    return np.clip(similarity, -1, 1, out=similarity)


def far_neighbours(projection: Projection, neighbours: Neighbours, row: int, k: int = 10) -> tuple[FarNeighbour, ...]:
    """Give the k true neighbours of a chunk, nearest first, and mark those that the picture puts far away.

    Far is a rank in the picture beyond 3 k: outside a neighbourhood three times as large.

    Raises
    ------
    InputError
        If the neighbours are of other chunks, or there is no such row.
    """
    check_same(neighbours, projection)
    _check_row(row, len(projection))
    k = max(0, min(k, neighbours.k))
    points = projection.coordinates.astype(np.float64)
    apart = ((points - points[row]) ** 2).sum(axis=1)
    others = np.sort(np.delete(apart, row))
    true = neighbours.indices[row, :k]
    ranks = np.searchsorted(others, apart[true], side="left") + 1
    cosines = 1 - neighbours.distances[row, :k]
    return tuple(
        FarNeighbour(projection.ids[other], float(cosine), int(rank), bool(rank > FAR * k))
        for other, cosine, rank in zip(true, cosines, ranks, strict=True)
    )


def _check_row(row: int, n: int) -> None:
    if not 0 <= row < n:
        raise InputError(f"Row {row} is asked for and there are {n} chunks; pass 0 to {n - 1}.")
