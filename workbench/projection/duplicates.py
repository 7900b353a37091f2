"""What the corpus holds twice, and what stands alone: by the vectors, not by the picture."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from workbench.errors import InputError
from workbench.projection.checks import check_vectors
from workbench.projection.cosine import BLOCK_CELLS, highest, unit_rows
from workbench.projection.distinct import Distinct
from workbench.records import Neighbours

__all__ = ["near_duplicates", "nearest_to", "outliers"]

ROUNDING = 1e-6
"""Cosines of float32 vectors are not told apart below this: copies count as cosine 1."""

Edges = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Rows, rows, and the distance of each pair."""


def near_duplicates(
    neighbours: Neighbours, threshold: float = 0.95, vectors: np.ndarray | None = None
) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Find groups of chunks that are joined by pairs of at least this cosine.

    A pair is missing from the lists only if both lists are full of nearer chunks. Those chunks are compared with each
    other anew, so the groups are exact however many copies there are; it needs their vectors.

    Parameters
    ----------
    neighbours
        True neighbours of every chunk.
    threshold
        Cosine, -1 to 1.
    vectors
        (n, d), needed where all k neighbours of a chunk reach the threshold and more may.

    Returns
    -------
    tuple of (ids, cosine)
        The largest group first, of equals that of the lowest row; the ids in the order of the chunks. The cosine is
        that of the weakest pair that holds the group together: at any higher threshold it falls apart.

    Raises
    ------
    InputError
        If lists are full and no vectors are given.
    """
    n, k = len(neighbours), neighbours.k
    if not n or not k:
        return ()
    limit = 1 - threshold + ROUNDING
    near = neighbours.distances <= limit
    rows, place = np.nonzero(near)
    forest = _forest(n, (rows, neighbours.indices[rows, place], neighbours.distances[rows, place]))
    full = np.flatnonzero(near[:, -1])
    if len(full) and k < n - 1:
        if vectors is None:
            raise InputError(
                f"All {k} known neighbours of {len(full)} chunks reach cosine {threshold}, so there may be more; "
                "pass the vectors as well, or a higher threshold."
            )
        for edges in _pairs_of(check_vectors(vectors, neighbours.ids), full, limit):
            forest = _forest(n, tuple(np.concatenate(pair) for pair in zip(forest, edges, strict=True)))  # type: ignore[arg-type]
    return _groups(neighbours.ids, forest)


def _forest(n: int, edges: Edges) -> Edges:
    """Keep of the edges those of a minimum spanning forest: no group is lost, nor what holds it together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    low, high = np.minimum(edges[0], edges[1]), np.maximum(edges[0], edges[1])
    # a pair known from both sides stands once: equal places would be added up
    order = np.lexsort((edges[2], high, low))
    low, high, apart = low[order], high[order], edges[2][order]
    first = np.ones(len(low), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    # a distance of 0 would mean no edge
    graph = coo_array((apart[first].astype(np.float64) + 1, (low[first], high[first])), shape=(n, n))
    tree = minimum_spanning_tree(graph.tocsr()).tocoo()
    return tree.row, tree.col, tree.data - 1


def _pairs_of(matrix: np.ndarray, rows: np.ndarray, limit: float) -> Iterator[Edges]:
    """Yield blocks of pairs among these rows that are near enough; of equal vectors only with the first of them."""
    unit = unit_rows(matrix[rows])
    kinds = Distinct.of(unit)
    copies = np.flatnonzero(kinds.first[kinds.kind] != np.arange(len(rows)))
    originals = kinds.first[kinds.kind[copies]]
    yield rows[copies], rows[originals], 1 - (unit[copies] ** 2).sum(axis=1)
    different, names = unit[kinds.first], rows[kinds.first]
    step = max(1, BLOCK_CELLS // (2 * len(names)))
    for start in range(0, len(names), step):
        apart = 1 - different[start : start + step] @ different[start:].T
        left, right = np.nonzero(apart <= limit)
        after = right > left
        left, right = left[after], right[after]
        yield names[start + left], names[start + right], apart[left, right]


def _groups(ids: Sequence[str], forest: Edges) -> tuple[tuple[tuple[str, ...], float], ...]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(ids)
    if not len(forest[0]):
        return ()
    _, group = connected_components(coo_array((np.ones(len(forest[0])), forest[:2]), shape=(n, n)), directed=False)
    weakest = np.full(n, -np.inf)
    np.maximum.at(weakest, group[forest[0]], forest[2])
    order = np.argsort(group, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    found = sorted((rows for rows in members if len(rows) > 1), key=lambda rows: (-len(rows), rows[0]))
    return tuple((tuple(ids[row] for row in rows), _cosine(weakest[group[rows[0]]])) for rows in found)


def _cosine(distance: float) -> float:
    return float(np.clip(1 - distance, -1, 1))


def outliers(neighbours: Neighbours, count: int = 20, k: int = 10) -> tuple[tuple[str, float], ...]:
    """Give the chunks least like any other: id and mean cosine to the k nearest, the least first.

    Equals come in the order of the chunks. Where fewer than k neighbours are known, all of them count; a chunk that
    is alone in the corpus is no outlier.
    """
    k = min(k, neighbours.k)
    if k < 1 or count < 1:
        return ()
    mean = 1 - neighbours.distances[:, :k].mean(axis=1, dtype=np.float64)
    return tuple((neighbours.ids[row], float(mean[row])) for row in np.argsort(mean, kind="stable")[:count])


def nearest_to(
    vectors: np.ndarray, ids: Sequence[str], chosen: Collection[str], k: int = 10
) -> tuple[tuple[str, float], ...]:
    """Give the chunks nearest to any of the chosen ones, themselves left out: id and cosine, the nearest first.

    Parameters
    ----------
    vectors, ids
        (n, d), finite, and n chunk ids.
    chosen
        Some of the ids.
    k
        Chunks wanted; of equals the lower row comes first.

    Raises
    ------
    InputError
        If a chosen id is not among the ids, or a vector is not finite.
    """
    matrix = check_vectors(vectors, ids)
    row_of = {name: row for row, name in enumerate(ids)}
    unknown = [name for name in chosen if name not in row_of]
    if unknown:
        raise InputError(
            f"{len(unknown)} of {len(chosen)} chosen ids are not among the {len(ids)} chunks, the first is "
            f"{unknown[0]!r}; choose ids of this corpus."
        )
    rows = np.array(sorted({row_of[name] for name in chosen}), dtype=np.int64)
    others = np.setdiff1d(np.arange(len(ids)), rows)
    if not len(rows) or not len(others):
        return ()
    unit = unit_rows(matrix)
    best = np.full(len(others), -np.inf, dtype=np.float32)
    step = max(1, BLOCK_CELLS // len(rows))
    for start in range(0, len(others), step):
        best[start : start + step] = (unit[others[start : start + step]] @ unit[rows].T).max(axis=1)
    order = highest(best[None], max(0, min(k, len(others))))[0]
    return tuple((ids[others[i]], float(np.clip(best[i], -1, 1))) for i in order)
