"""Equal rows found once: a thousand copies of a page are one vector, and cost as much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Distinct"]

BLOCK = 4096
"""Rows looked at a time."""


@dataclass(frozen=True, eq=False)
class Distinct:
    """Which rows of a matrix are equal, byte for byte.

    Attributes
    ----------
    first
        int64 (u,): the first row of each kind, ascending.
    kind
        int64 (n,): the kind of each row.
    """

    first: np.ndarray
    kind: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray) -> Distinct:
        """Find the kinds of rows of a float32 (n, d) matrix."""
        marks = _marks(rows)
        _, first, kind = np.unique(marks, return_index=True, return_inverse=True)
        if not _all_equal(rows, first[kind]):
            # two different rows with the same mark: one chance in a billion at 100,000 rows
            _, first, kind = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        return cls(first[order], rank[kind.ravel()])

    def spread(self, found: np.ndarray, distances: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Turn the nearest kinds into the k nearest rows.

        Parameters
        ----------
        found, distances
            (m, min(k, u)): kinds, nearest first, ties by number, and their distances.
        k
            Rows wanted, at most n.

        Returns
        -------
        indices, distances
            int32 and float32 (m, k), nearest first, ties by row number.
        """
        if len(self.first) == len(self.kind):
            return found, distances
        counts = np.bincount(self.kind, minlength=len(self.first))
        members = np.argsort(self.kind, kind="stable")
        begins = np.cumsum(counts) - counts
        indices = np.empty((len(found), k), dtype=np.int32)
        apart = np.empty((len(found), k), dtype=np.float32)
        step = max(1, 2**20 // (k * k + 1))
        for start in range(0, len(found), step):
            part = found[start : start + step]
            # of one kind no more than its first k rows can be among the k nearest
            sizes = np.minimum(counts[part], k).ravel()
            query = np.repeat(np.repeat(np.arange(len(part)), part.shape[1]), sizes)
            place = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            rows = members[np.repeat(begins[part].ravel(), sizes) + place]
            far = np.repeat(distances[start : start + step].ravel(), sizes)
            order = np.lexsort((rows, far, query))
            chosen = order[(np.searchsorted(query, np.arange(len(part)))[:, None] + np.arange(k)).ravel()]
            indices[start : start + step] = rows[chosen].reshape(-1, k)
            apart[start : start + step] = far[chosen].reshape(-1, k)
        return indices, apart


def _marks(rows: np.ndarray) -> np.ndarray:
    """Give a 64-bit mark of each row: a sum of its words times fixed odd numbers, without overflow checks."""
    words = np.ascontiguousarray(rows, dtype=np.float32).view(np.uint32)
    odd = np.random.default_rng(0).integers(0, 2**63, size=words.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(
        1
    )
    marks = np.zeros(len(words), dtype=np.uint64)
    for start in range(0, len(words), BLOCK):
        block = words[start : start + BLOCK].astype(np.uint64)
        marks[start : start + BLOCK] = (block * odd).sum(axis=1, dtype=np.uint64)
    return marks


def _all_equal(rows: np.ndarray, same: np.ndarray) -> bool:
    """Tell whether every row equals the one it is said to be a copy of."""
    copies = np.flatnonzero(same != np.arange(len(same)))
    return all(
        np.array_equal(rows[copies[start : start + BLOCK]], rows[same[copies[start : start + BLOCK]]])
        for start in range(0, len(copies), BLOCK)
    )
