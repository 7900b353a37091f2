"""How well a picture keeps true neighbours together."""

from __future__ import annotations

import numpy as np

from workbench.projection.neighbours import BLOCK_CELLS, highest, nearest_neighbours

__all__ = ["trust"]


def trust(vectors: np.ndarray, coordinates: np.ndarray, k: int = 10, sample: int = 2000, seed: int = 0) -> float | None:
    """Measure the share of the true k nearest neighbours that are among the k nearest in the picture.

    The true ones are by cosine, those in the picture by straight distance; a sample of points is compared with
    all points. This is the mean neighbourhood agreement at k, Q_NX(k) [1]_.

    Parameters
    ----------
    vectors
        (n, d), finite.
    coordinates
        (n, 2) or (n, 3), finite.
    k
        Size of the neighbourhood.
    sample
        Points looked at; with 2,000 the standard error is below 0.01.
    seed
        Draws the sample.

    Returns
    -------
    float or None
        0 to 1; None below k + 2 points, where everything is everything's neighbour.

    References
    ----------
    .. [1] J. A. Lee, M. Verleysen, Quality assessment of dimensionality reduction: rank-based criteria,
       Neurocomputing 72 (2009) 1431-1443.
    """
    n = len(vectors)
    if n < k + 2:
        return None
    rows = np.arange(n)
    if n > sample:
        rows = np.sort(np.random.default_rng(seed).choice(n, size=sample, replace=False))
    true, _ = nearest_neighbours(vectors, k, rows)
    shown = _nearest_shown(coordinates, k, rows)
    kept = (true[:, :, None] == shown[:, None, :]).any(axis=2)
    return float(kept.mean())


def _nearest_shown(coordinates: np.ndarray, k: int, rows: np.ndarray) -> np.ndarray:
    """Give int64 (m, k): the points nearest to each row in the picture, itself left out."""
    points = np.asarray(coordinates, dtype=np.float64)
    found = np.zeros((len(rows), k), dtype=np.int64)
    step = max(1, BLOCK_CELLS // (2 * len(points)))
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        squared = np.zeros((len(block), len(points)))
        for axis in range(points.shape[1]):
            squared += (points[block, axis, None] - points[None, :, axis]) ** 2
        squared[np.arange(len(block)), block] = np.inf
        found[start : start + step] = highest(-squared, k)
    return found
