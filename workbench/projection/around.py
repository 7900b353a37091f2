"""One chunk and the others: how near they truly are, and where the picture puts them."""

from __future__ import annotations

import numpy as np

from workbench.errors import InputError
from workbench.projection.neighbours import nearest_neighbours
from workbench.records import Near, Projection

__all__ = ["far_neighbours", "similarity_to"]

FAR = 3
"""A neighbour of the k nearest is far in the picture where it ranks beyond so many times k."""

BLOCK = 8192
"""Rows compared at a time."""


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


def far_neighbours(projection: Projection, vectors: np.ndarray, row: int, k: int = 10) -> tuple[Near, ...]:
    """Give the k true neighbours of a chunk, nearest first, and mark those that the picture puts far away.

    A place is the rank by distance in the picture, from 1; equally near points share the best of theirs. Far is a
    place beyond 3 k: outside a neighbourhood three times as large.

    Parameters
    ----------
    projection
        The picture of n chunks.
    vectors
        (n, d), finite, in its order.
    row
        The chunk.
    k
        Neighbours wanted.

    Raises
    ------
    InputError
        If there are vectors of other chunks, or there is no such row.
    """
    if len(vectors) != len(projection):
        raise InputError(
            f"There are {len(vectors)} vectors and {len(projection)} points; pass the vectors of the picture's chunks."
        )
    _check_row(row, len(projection))
    true, distances = nearest_neighbours(vectors, k, np.array([row]))
    points = projection.coordinates.astype(np.float64)
    apart = ((points - points[row]) ** 2).sum(axis=1)
    others = np.sort(np.delete(apart, row))
    places = np.searchsorted(others, apart[true[0]], side="left") + 1
    return tuple(
        Near(projection.ids[other], float(1 - distance), int(place), bool(place > FAR * k))
        for other, distance, place in zip(true[0], distances[0], places, strict=True)
    )


def _check_row(row: int, n: int) -> None:
    if not 0 <= row < n:
        raise InputError(f"Row {row} is asked for and there are {n} chunks; pass 0 to {n - 1}.")
