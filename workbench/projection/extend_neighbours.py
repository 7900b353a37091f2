"""Bring known neighbours up to date when a few chunks come, change or go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.projection.checks import check_vectors
from workbench.projection.cosine import BLOCK_CELLS, pair_distances, rounding, unit_rows
from workbench.projection.neighbours import find_neighbours, nearest_neighbours
from workbench.records import Neighbours

__all__ = ["extend_neighbours"]

FEW = 0.25
"""Share of new and changed chunks above which everything is compared again."""


def extend_neighbours(
    known: Neighbours, ids: Sequence[str], vectors: np.ndarray, changed: Collection[str], k: int = 30
) -> Neighbours:
    """Give exactly what `find_neighbours(vectors, ids, k)` gives, for less where little has changed.

    Every chunk is compared with the new and changed ones alone. A known list stays right as far as it reached: where
    chunks that went leave it too short, that chunk is compared with all again. Everything is compared again where
    a quarter is new, chunks that stayed are in another order, or more neighbours are wanted than are known.

    Parameters
    ----------
    known
        Neighbours before, by `find_neighbours`.
    ids, vectors
        The chunks now, n of them, and their vectors (n, d).
    changed
        Ids whose vector is another than it was; new ones and those that went need not be named.
    k
        Neighbours wanted.

    Raises
    ------
    InputError
        If a vector is not finite, or their number is not that of the ids.
    """
    matrix = check_vectors(vectors, ids)
    now = _Change.of(known, ids, set(changed))
    k = max(0, min(k, len(ids) - 1))
    if k > known.k or not k or len(now.fresh) > FEW * len(ids) or (np.diff(now.before) <= 0).any():
        return find_neighbours(matrix, ids, k)
    indices = np.zeros((len(ids), k), dtype=np.int32)
    distances = np.zeros((len(ids), k), dtype=np.float32)
    unit, unsure = unit_rows(matrix), [now.fresh]
    step = max(1, BLOCK_CELLS // (8 * max(known.k, len(now.fresh), 1)))
    for start in range(0, len(now.stayed), step):
        rows = now.stayed[start : start + step]
        found, apart, sure = _merged(known, now, unit, slice(start, start + step), k)
        indices[rows], distances[rows] = found, apart
        unsure.append(rows[~sure])
    again = np.concatenate(unsure)
    indices[again], distances[again] = nearest_neighbours(matrix, k, again)
    return Neighbours(tuple(ids), indices, distances)


@dataclass(frozen=True, eq=False)
class _Change:
    """Rows now and before: `stayed` (s,) and where they were; `fresh` ones; `moved` tells where old rows are, or -1."""

    stayed: np.ndarray
    before: np.ndarray
    fresh: np.ndarray
    moved: np.ndarray

    @classmethod
    def of(cls, known: Neighbours, ids: Sequence[str], changed: set[str]) -> _Change:
        was = {name: row for row, name in enumerate(known.ids) if name not in changed}
        before = np.array([was.get(name, -1) for name in ids], dtype=np.int64)
        stayed = np.flatnonzero(before >= 0)
        moved = np.full(len(known), -1, dtype=np.int64)
        moved[before[stayed]] = stayed
        return cls(stayed, before[stayed], np.flatnonzero(before < 0), moved)


def _merged(
    known: Neighbours, now: _Change, unit: np.ndarray, part: slice, k: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Merge known lists with the fresh chunks; the third array tells which lists are certain to be right."""
    rows, before = now.stayed[part], now.before[part]
    old, far = now.moved[known.indices[before]], known.distances[before]
    reach, last = far[:, -1], old[:, -1]
    near = unit[rows] @ unit[now.fresh].T >= (1 - reach - 2 * rounding(unit.shape[1]))[:, None]
    owner, column = np.nonzero(near)
    fresh = now.fresh[column]
    here, place = np.nonzero(old >= 0)
    query = np.concatenate([here, owner])
    found = np.concatenate([old[here, place], fresh])
    apart = np.concatenate([far[here, place], pair_distances(unit, rows[owner], unit, fresh)])
    # beyond the last known neighbour there may be others that nobody has seen
    within = (apart < reach[query]) | ((apart == reach[query]) & (found <= last[query]))
    query, found, apart = query[within], found[within], apart[within]
    order = np.lexsort((found, apart, query))
    counts = np.bincount(query, minlength=len(rows))
    sure = counts >= k
    begins = (np.cumsum(counts) - counts)[sure]
    chosen = order[begins[:, None] + np.arange(k)]
    indices = np.zeros((len(rows), k), dtype=np.int32)
    distances = np.zeros((len(rows), k), dtype=np.float32)
    indices[sure], distances[sure] = found[chosen], apart[chosen]
    return indices, distances, sure
