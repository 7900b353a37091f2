"""Principal component analysis: the flat picture that is there at once, and that places a question exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from workbench.projection.checks import check_dimensions, check_vectors
from workbench.projection.quality import trust
from workbench.records import Projection

__all__ = ["pca"]

BLOCK = 4096
"""Rows centred at a time: 12 MB in float64 at 384 dimensions."""
_SMALL = 64
"""Rows of a matrix up to which all eigenvectors are found at once."""


def pca(vectors: np.ndarray, ids: Sequence[str], dimensions: int = 2, *, measure: bool = True) -> Projection:
    """Project onto the directions of largest variance.

    Exact to rounding (no sampling): the first eigenvectors of the covariance, or of the Gram matrix where there are
    fewer points than dimensions [1]_. The same vectors always give the same coordinates.

    Parameters
    ----------
    vectors
        (n, d), finite; n may be 0.
    ids
        Chunk ids, n of them.
    dimensions
        2 or 3.
    measure
        Whether to measure `trust` on 500 points; without it the picture is there sooner, and `trust` is None.

    Returns
    -------
    Projection
        `coordinates` float32 (n, dimensions). Each component has length 1 and its largest entry is positive;
        one along which nothing varies (identical points, fewer points than axes) is zero.
        `parameters["explained"]` is the share of the variance, 0 to 1, of each axis.

    Raises
    ------
    InputError
        If a vector is not finite, or their number is not that of the ids.

    References
    ----------
    .. [1] I. T. Jolliffe, Principal Component Analysis, 2nd ed., Springer 2002, sections 1.1 and 3.5.
    """
    check_dimensions(dimensions)
    matrix = check_vectors(vectors, ids)
    mean = matrix.mean(axis=0, dtype=np.float64) if len(matrix) else np.zeros(matrix.shape[1])
    components, variances, total = _axes(matrix, mean, dimensions)
    # coordinates from the stored float32 axes, so that `place_query` puts a known vector on its own point
    mean, components = mean.astype(np.float32), components.astype(np.float32)
    coordinates = np.zeros((len(matrix), dimensions), dtype=np.float32)
    for start, block in _centred(matrix, mean.astype(np.float64)):
        coordinates[start : start + len(block)] = block @ components.T.astype(np.float64)
    explained = [float(variance / total) if total > 0 else 0.0 for variance in variances]
    return Projection(
        ids=tuple(ids),
        coordinates=coordinates,
        method="pca",
        parameters={"dimensions": dimensions, "explained": explained},
        trust=trust(matrix, coordinates, sample=500) if measure else None,
        mean=mean,
        components=components,
    )


def _centred(matrix: np.ndarray, mean: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield blocks of centred rows in float64, each with the number of its first row."""
    for start in range(0, len(matrix), BLOCK):
        yield start, matrix[start : start + BLOCK].astype(np.float64) - mean


def _axes(matrix: np.ndarray, mean: np.ndarray, dimensions: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Give components (dimensions, d), the variance along each, and the total variance; all float64."""
    n, d = matrix.shape
    components, variances = np.zeros((dimensions, d)), np.zeros(dimensions)
    if n < 2 or d == 0:
        return components, variances, 0.0
    if n > d:
        found, vectors, total = _from_covariance(matrix, mean, min(dimensions, d))
    else:
        found, vectors, total = _from_gram(matrix, mean, min(dimensions, n))
    # below float32 resolution of the vectors themselves there is rounding, not variance
    squares = np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64).mean()
    for axis, variance in enumerate(found):
        if variance > np.finfo(np.float32).eps ** 2 * squares:
            direction = vectors[axis] / np.linalg.norm(vectors[axis])
            components[axis] = direction * np.sign(direction[np.argmax(np.abs(direction))])
            variances[axis] = variance
    return components, variances, total if variances.any() else 0.0


def _from_covariance(matrix: np.ndarray, mean: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Give the k largest variances, their directions (k, d), and the total, from the (d, d) covariance."""
    covariance = np.zeros((matrix.shape[1], matrix.shape[1]))
    for _, block in _centred(matrix, mean):
        covariance += block.T @ block
    covariance /= len(matrix)
    values, vectors = _largest(covariance, k)
    return values, vectors.T, float(np.trace(covariance))


def _from_gram(matrix: np.ndarray, mean: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Give the same from the (n, n) matrix of inner products, which is the smaller one when n <= d."""
    centred = matrix.astype(np.float64) - mean
    gram = centred @ centred.T / len(matrix)
    values, vectors = _largest(gram, k)
    directions = vectors.T @ centred
    lengths = np.linalg.norm(directions, axis=1)
    directions[lengths == 0] = 1  # of no variance, so never used; it only must have a length
    return values, directions, float(np.trace(gram))


def _largest(symmetric: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the k largest eigenvalues, largest first, and their eigenvectors as columns.

    LAPACK as scipy calls it holds the interpreter until it is done, 2 s for 1,024 dimensions; numpy does not, but
    finds all of them, which takes several times as long. Lanczos's method finds the few that are asked for.
    """
    from scipy.sparse.linalg import ArpackError, eigsh

    size = len(symmetric)
    if size > _SMALL and symmetric.any():
        with suppress(ArpackError):
            values, vectors = eigsh(symmetric, k, which="LA", v0=np.random.default_rng(0).normal(size=size))
            order = np.argsort(values)[::-1]
            return values[order], vectors[:, order]
    values, vectors = np.linalg.eigh(symmetric)
    return values[: -k - 1 : -1], vectors[:, : -k - 1 : -1]
