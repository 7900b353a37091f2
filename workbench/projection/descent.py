"""The stochastic gradient descent of UMAP, with the force of a distance looked up instead of computed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import coo_array

__all__ = ["descend"]

NEGATIVES = 5
"""Points pushed away for each pair drawn together, as umap-learn has it."""

STRONGEST = 4.0
"""Longest step along an axis at learning rate 1, as umap-learn has it."""


def descend(graph: coo_array, start: np.ndarray, a: float, b: float, epochs: int, seed: int) -> np.ndarray:
    """Lay out the points of a fuzzy graph by algorithm 5 of [1]_.

    It is umap-learn's optimiser for one thread: the same forces, schedule and number of samples. Two things make it
    several times faster. The force depends on the squared distance alone, and is looked up by its first 16 bits
    (bfloat16, an error below 0.4 %, where sampling makes one of 100 %), since powers took most of the time. And
    points are held as three numbers whatever the dimensions.

    Parameters
    ----------
    graph
        Weights, 0 to 1, of pairs; each pair in both directions.
    start
        float32 (n, 2) or (n, 3).
    a, b
        Of the curve 1 / (1 + a x^2b), from `min_dist`.
    epochs
        Passes; the heaviest pair is drawn together once in each, others in proportion to their weight.
    seed
        Draws the points that are pushed away.

    Returns
    -------
    numpy.ndarray
        float32, of the shape of `start`.

    References
    ----------
    .. [1] L. McInnes, J. Healy, J. Melville, UMAP, arXiv:1802.03426.
    """
    points = np.zeros((len(start), 3), dtype=np.float32)
    points[:, : start.shape[1]] = start
    strong = graph.data >= graph.data.max() / epochs
    period = (graph.data.max() / graph.data[strong]).astype(np.float32)
    head, tail = graph.row[strong].astype(np.int32), graph.col[strong].astype(np.int32)
    attract, repel = _forces(a, b)
    _compiled()(points, head, tail, period, attract, repel, epochs, np.uint64(seed))
    return points[:, : start.shape[1]]


def _forces(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Give both gradient coefficients, float32 (2**15,), for every squared distance that bfloat16 can hold."""
    # the middle of each step; what is not finite has no force
    words = (np.arange(0x7F80, dtype=np.uint32) << 16) + np.uint32(0x8000)
    squared = words.view(np.float32).astype(np.float64)
    curve = 1 + a * squared**b
    forces = np.zeros((2, 2**15), dtype=np.float32)
    forces[0, : len(words)] = -2 * a * b * squared ** (b - 1) / curve
    forces[1, : len(words)] = 2 * b / ((0.001 + squared) * curve)
    return forces[0], forces[1]


@cache
def _compiled() -> Callable[..., None]:
    import numba

    compiled: Any = numba.njit(_run, fastmath=True)
    return compiled  # type: ignore[no-any-return]


def _run(  # type: ignore[no-untyped-def]
    points, head, tail, period, attract, repel, epochs, state
) -> None:
    """Move `points` in place; written for numba, which compiles it."""
    n = np.uint64(len(points))
    following = period.copy()
    clip = np.float32(STRONGEST)
    for epoch in range(epochs):
        rate = np.float32(1 - epoch / epochs)
        for edge in range(len(head)):
            if following[edge] > epoch:
                continue
            following[edge] += period[edge]
            j, k = head[edge], tail[edge]
            x, y, z = points[j, 0], points[j, 1], points[j, 2]
            dx, dy, dz = x - points[k, 0], y - points[k, 1], z - points[k, 2]
            force = attract[np.float32(dx * dx + dy * dy + dz * dz).view(np.uint32) >> 16]
            dx = rate * min(clip, max(-clip, force * dx))
            dy = rate * min(clip, max(-clip, force * dy))
            dz = rate * min(clip, max(-clip, force * dz))
            x, y, z = x + dx, y + dy, z + dz
            points[k, 0] -= dx
            points[k, 1] -= dy
            points[k, 2] -= dz
            for _ in range(NEGATIVES):
                # a linear congruential generator (Knuth, MMIX); its upper half picks a point
                state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
                other = np.int64(((state >> np.uint64(32)) * n) >> np.uint64(32))
                if other == j:
                    continue
                dx, dy, dz = x - points[other, 0], y - points[other, 1], z - points[other, 2]
                force = repel[np.float32(dx * dx + dy * dy + dz * dz).view(np.uint32) >> 16]
                x += rate * min(clip, max(-clip, force * dx))
                y += rate * min(clip, max(-clip, force * dy))
                z += rate * min(clip, max(-clip, force * dz))
            points[j, 0], points[j, 1], points[j, 2] = x, y, z
