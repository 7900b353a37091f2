"""UMAP: the picture in which neighbours stay together."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from workbench.errors import InputError
from workbench.projection.align import align
from workbench.projection.checks import check_dimensions, check_vectors
from workbench.projection.neighbours import nearest_neighbours
from workbench.projection.quality import trust
from workbench.records import Projection

__all__ = ["umap_layout", "warm_up"]

FEWEST = 4
"""Below this there are no neighbourhoods to keep, and PCA shows three points exactly."""


def umap_layout(
    vectors: np.ndarray,
    ids: Sequence[str],
    reference: Projection,
    *,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    seed: int = 42,
    dimensions: int = 2,
) -> Projection:
    """Lay out points so that nearest neighbours by cosine stay near [1]_.

    It starts from the PCA picture and is turned to lie like it, so that the change from one to the other can
    be followed. Neighbours are exact. The seed makes it repeatable at the price of one thread: about 25 s for
    10,000 points, and 11 s of compilation in a fresh process (`warm_up`).

    Parameters
    ----------
    vectors
        (n, d), finite.
    ids
        Chunk ids, n of them.
    reference
        The PCA picture of the same chunks, in as many dimensions.
    n_neighbors
        Size of the neighbourhoods kept, the point itself counted; cut to n - 1.
    min_dist
        How tight points may lie, 0 to 1.
    seed
        Same seed and same vectors, same coordinates.
    dimensions
        2 or 3.

    Returns
    -------
    Projection
        `method` is `umap`; the reference itself below 4 points or where all points are one.

    Raises
    ------
    InputError
        If a vector is not finite, or the reference is of other chunks or dimensions.

    References
    ----------
    .. [1] L. McInnes, J. Healy, J. Melville, UMAP, arXiv:1802.03426.
    """
    check_dimensions(dimensions)
    matrix = check_vectors(vectors, ids)
    _check_reference(reference, ids, dimensions)
    if len(matrix) < FEWEST or not np.ptp(reference.coordinates, axis=0).any():
        return reference
    neighbors = max(2, min(n_neighbors, len(matrix) - 1))
    found = _fit(matrix, _start(reference.coordinates, seed), neighbors, min_dist, seed)
    if not np.isfinite(found).all():
        return reference
    coordinates = align(found, reference.coordinates)
    parameters = {"dimensions": dimensions, "n_neighbors": neighbors, "min_dist": min_dist, "seed": seed}
    return Projection(
        ids=tuple(ids),
        coordinates=coordinates,
        method="umap",
        parameters=parameters,
        trust=trust(matrix, coordinates, sample=500),
    )


def warm_up() -> None:
    """Compile UMAP by laying out a few points, so that the first real layout need not wait for it."""
    vectors = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    _fit(vectors, vectors[:, :2].copy(), 5, 0.1, 0)


def _check_reference(reference: Projection, ids: Sequence[str], dimensions: int) -> None:
    if reference.ids != tuple(ids):
        raise InputError(
            f"The reference picture shows {len(reference)} other chunks than the {len(ids)} given; "
            "pass pca(vectors, ids, dimensions) of the same ones."
        )
    if reference.coordinates.shape[1] != dimensions:
        raise InputError(
            f"The reference picture has {reference.coordinates.shape[1]} dimensions and {dimensions} are wanted; "
            "pass pca(vectors, ids, dimensions) with as many."
        )


def _start(coordinates: np.ndarray, seed: int) -> np.ndarray:
    """Scale the first picture to 10 and part equal points by a little noise, as umap does with its own."""
    scaled = coordinates * (10 / np.abs(coordinates).max())
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=coordinates.shape)
    return (scaled + noise).astype(np.float32)


def _fit(matrix: np.ndarray, start: np.ndarray, neighbors: int, min_dist: float, seed: int) -> np.ndarray:
    """Run umap-learn from given neighbours and positions; float (n, dimensions)."""
    # umap counts a point as its own first neighbour
    others, distances = nearest_neighbours(matrix, neighbors - 1)
    itself = np.arange(len(matrix), dtype=np.int32)[:, None]
    indices = np.hstack([itself, others])
    distances = np.hstack([np.zeros((len(matrix), 1), dtype=np.float32), distances])
    with _umap_quiet():
        import umap

        model = umap.UMAP(
            n_components=start.shape[1],
            n_neighbors=neighbors,
            min_dist=min_dist,
            metric="cosine",
            init=start,
            random_state=seed,
            n_jobs=1,
            precomputed_knn=(indices, distances, None),
        )
        return np.asarray(model.fit_transform(np.asarray(matrix, dtype=np.float32)))


@contextmanager
def _umap_quiet() -> Iterator[None]:
    """Silence what umap says about choices made here on purpose, and nothing else."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Tensorflow not installed", category=ImportWarning)
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\] \(knn_search_index\)")
        warnings.filterwarnings("ignore", message=".*vertices were disconnected from the manifold")
        yield
