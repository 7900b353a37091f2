"""How well a picture keeps true neighbours together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import InputError
from workbench.projection.neighbours import nearest_neighbours
from workbench.projection.picture import radii

if TYPE_CHECKING:
    from workbench.records import Neighbours, Projection

__all__ = ["check_same", "kept_neighbours", "mean_kept", "trust"]

TIE = 1 + 1e-9
"""Distances in the picture that differ by less are equal."""

BLOCK = 65_536
"""Points looked at a time."""


def kept_neighbours(neighbours: Neighbours, coordinates: np.ndarray, k: int = 10) -> np.ndarray | None:
    """Measure for every point the share of its true k nearest neighbours that are among its k nearest in the picture.

    A true neighbour counts if it lies no farther from the point in the picture than the k-th nearest one: where
    several lie equally far, all of them are among the k nearest. Of equally near true neighbours the lower rows are
    taken, as `find_neighbours` orders them.

    Parameters
    ----------
    neighbours
        The true ones, at least k of each point.
    coordinates
        (n, 2) or (n, 3), finite.
    k
        Size of the neighbourhood.

    Returns
    -------
    numpy.ndarray or None
        float32 (n,), 0 to 1; None below k + 2 points, where everything is everything's neighbour.

    Raises
    ------
    InputError
        If there are fewer than k neighbours, or coordinates of other points.
    """
    n = len(neighbours)
    if n != len(coordinates):
        raise InputError(
            f"There are neighbours of {n} chunks and {len(coordinates)} points; pass those of one picture."
        )
    if n < k + 2:
        return None
    if neighbours.k < k:
        raise InputError(
            f"Only {neighbours.k} neighbours are known and {k} are asked for; find_neighbours(k={k}) first."
        )
    return _share(neighbours.indices[:, :k], coordinates, np.arange(n))


def mean_kept(kept: np.ndarray | None) -> float | None:
    """Give the trust figure, the mean of `kept`; None where there is none."""
    return None if kept is None else float(kept.mean(dtype=np.float64))


def trust(vectors: np.ndarray, coordinates: np.ndarray, k: int = 10, sample: int = 2000, seed: int = 0) -> float | None:
    """Measure the share of the true k nearest neighbours that are among the k nearest in the picture.

    The true ones are by cosine, those in the picture by straight distance; a sample of points is compared with
    all points, and ties count as in `kept_neighbours`, whose mean this is. It is the mean neighbourhood agreement
    at k, Q_NX(k) [1]_.

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
    return mean_kept(_share(true, coordinates, rows))


def check_same(neighbours: Neighbours, projection: Projection) -> None:
    """Refuse neighbours of other chunks than those of the picture, or in another order, with `InputError`."""
    if neighbours.ids != projection.ids:
        raise InputError(
            f"The neighbours are of {len(neighbours)} chunks that are not the {len(projection)} of the picture in the "
            "same order; pass find_neighbours of the picture's own chunks."
        )


def _share(true: np.ndarray, coordinates: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Give float32 (m,): share of each row's true neighbours, int (m, k), that lie within its radius in the picture."""
    points = np.asarray(coordinates, dtype=np.float64)
    share = np.empty(len(rows), dtype=np.float32)
    limit = radii(points, true.shape[1], rows) * TIE
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        apart = np.sqrt(((points[true[part]] - points[rows[part], None]) ** 2).sum(axis=2))
        share[part] = (apart <= limit[part, None]).mean(axis=1)
    return share
