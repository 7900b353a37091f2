"""Nearness in the picture, where thousands of points may lie on one spot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

__all__ = ["nearest_shown", "radii"]


def radii(points: np.ndarray, k: int, rows: np.ndarray) -> np.ndarray:
    """Give the distance from each row to its k-th nearest other point.

    Parameters
    ----------
    points
        float64 (n, 2) or (n, 3), n > k.
    k
        From 1.
    rows
        int (m,).

    Returns
    -------
    numpy.ndarray
        float64 (m,).
    """
    tree, _, spot, crowd = _thinned(points, k + 1)
    found = np.zeros(len(rows))
    # a point with k others on its own spot has its k-th nearest there
    apart = crowd[spot[rows]] <= k
    # the point itself is the first of the k + 1
    found[apart] = tree.query(points[rows[apart]], [k + 1])[0][:, 0]
    return found


def nearest_shown(points: np.ndarray, k: int) -> np.ndarray:
    """Give for every point k points nearest to it in the picture, itself or others on its spot among them.

    Returns
    -------
    numpy.ndarray
        int64 (n, k), nearest first.
    """
    tree, rows, _, _ = _thinned(points, k)
    return rows[tree.query(points, np.arange(1, k + 1))[1]]


def _thinned(points: np.ndarray, most: int) -> tuple[cKDTree, np.ndarray, np.ndarray, np.ndarray]:
    """Make a tree with at most so many points of each spot: a leaf of 100,000 equal ones is searched one by one.

    Returns
    -------
    tree, rows, spot, crowd
        The tree, the row of each of its points, the spot of each row, and the number of points on each spot.
    """
    from scipy.spatial import cKDTree

    _, spot, crowd = np.unique(points, axis=0, return_inverse=True, return_counts=True)
    spot = spot.ravel()
    order = np.argsort(spot, kind="stable")
    place = np.arange(len(points)) - np.repeat(np.cumsum(crowd) - crowd, crowd)
    rows = np.sort(order[place < most])
    return cKDTree(points[rows]), rows, spot, crowd
