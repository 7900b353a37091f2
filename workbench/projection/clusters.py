"""Groups that lie densely together in the picture, and the words that mark them out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from workbench.errors import InputError
from workbench.projection.keywords import keywords
from workbench.records import Cluster, Clustering, Projection

__all__ = ["clusters"]

FEWEST = 5
"""Points of the smallest cluster in a small corpus."""

MIN_SAMPLES = 10
"""Neighbours that make a place dense, at most; more of them make more noise."""


def clusters(projection: Projection, texts: Sequence[str], min_size: int | None = None) -> Clustering:
    """Find clusters in the picture with HDBSCAN [1]_, and the words of each by class-based TF-IDF.

    They are groups of the picture's coordinates, not of the vectors: as true as the picture is. All points take part,
    none is sampled. Where all points lie on one spot they are one cluster.

    Parameters
    ----------
    projection
        The picture, n points.
    texts
        Text of each chunk, in the order of the picture.
    min_size
        Points of the smallest cluster, from 2; by default half the square root of n, and 5 at least: 50 of 10,000.

    Returns
    -------
    Clustering
        The largest cluster has number 0, of equals that of the lower row; noise is -1.

    Raises
    ------
    InputError
        If there is not a text for each point, or min_size is below 2.

    References
    ----------
    .. [1] R. J. G. B. Campello, D. Moulavi, J. Sander, Density-based clustering based on hierarchical density
       estimates, PAKDD 2013, doi:10.1007/978-3-642-37456-2_14.
    """
    n = len(projection)
    if len(texts) != n:
        raise InputError(f"There are {len(texts)} texts for {n} points; pass the text of each chunk of the picture.")
    size = max(FEWEST, round(n**0.5 / 2)) if min_size is None else min_size
    if size < 2:
        raise InputError(f"min_size is {min_size!r}; expected 2 or more points.")
    samples = min(size, MIN_SAMPLES)
    labels = _numbered(_hdbscan(projection.coordinates, size, samples))
    members = [np.flatnonzero(labels == number) for number in range(labels.max(initial=-1) + 1)]
    words = keywords([[texts[row] for row in rows.tolist()] for rows in members])
    found = tuple(_cluster(projection, number, *pair) for number, pair in enumerate(zip(members, words, strict=True)))
    return Clustering(projection.ids, labels, found, {"min_cluster_size": size, "min_samples": samples})


def _hdbscan(coordinates: np.ndarray, size: int, samples: int) -> np.ndarray:
    """Give int (n,) labels, -1 for noise, in no particular order."""
    from sklearn.cluster import HDBSCAN

    n = len(coordinates)
    if n < size:
        return np.full(n, -1)
    if not np.ptp(coordinates, axis=0).any():
        return np.zeros(n, dtype=np.int64)
    model = HDBSCAN(min_cluster_size=size, min_samples=samples, algorithm="kd_tree", copy=True)
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # points on one spot are infinitely dense, as they should be
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        return np.asarray(model.fit(coordinates.astype(np.float64)).labels_)


def _numbered(labels: np.ndarray) -> np.ndarray:
    """Give int32 numbers from the largest cluster on, ties by their lowest row."""
    kinds, first, counts = np.unique(labels, return_index=True, return_counts=True)
    order = [place for place in np.lexsort((first, -counts)) if kinds[place] >= 0]
    numbers = np.full(len(labels), -1, dtype=np.int32)
    for number, place in enumerate(order):
        numbers[labels == kinds[place]] = number
    return numbers


def _cluster(projection: Projection, number: int, rows: np.ndarray, words: tuple[str, ...]) -> Cluster:
    points = projection.coordinates[rows].astype(np.float64)
    centre = np.median(points, axis=0)
    exemplar = rows[((points - centre) ** 2).sum(axis=1).argmin()]
    ids = tuple(projection.ids[row] for row in rows)
    return Cluster(number, ids, words, centre.astype(np.float32), projection.ids[exemplar])
