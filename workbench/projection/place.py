"""Where the question lies in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.projection.cosine import highest

if TYPE_CHECKING:
    from workbench.records import Projection

__all__ = ["is_exact", "place_query", "weighted_place"]

BISECTIONS = 40


def place_query(
    projection: Projection, scores: np.ndarray | None, vector: np.ndarray | None = None, n: int = 15
) -> np.ndarray | None:
    """Place a question among the chunks.

    In a PCA picture its vector is projected like any other. A UMAP picture has no formula for new vectors, so
    the question goes to the weighted mean of its n best chunks. The weights are those from which UMAP itself
    starts a new point: exp((score - best) / sigma), sigma chosen so that they sum to log2(n) [1]_. They depend
    on differences of scores alone, so cosine, dot product and minus the distance all do, and are never negative.

    Parameters
    ----------
    projection
        The picture.
    scores
        float (len(projection),), higher is closer, in the order of `projection.ids`; NaN where a chunk has none.
    vector
        float (d,), used if the picture is PCA and d fits.
    n
        Best chunks looked at.

    Returns
    -------
    numpy.ndarray or None
        float32 (dimensions,), finite; None if neither the vector nor any score can place it.

    References
    ----------
    .. [1] L. McInnes, J. Healy, J. Melville, UMAP, arXiv:1802.03426, section 3.1 and algorithm 3.
    """
    if vector is not None and is_exact(projection, vector):
        assert projection.mean is not None
        assert projection.components is not None
        return (projection.components @ (np.asarray(vector, dtype=np.float32) - projection.mean)).astype(np.float32)
    if scores is None:
        return None
    known = np.flatnonzero(np.isfinite(scores))
    if not len(known):
        return None
    best = known[highest(np.asarray(scores)[None, known], min(n, len(known)))[0]]
    return weighted_place(np.asarray(scores, dtype=np.float64)[best], projection.coordinates[best])


def weighted_place(scores: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """Give the mean of places, float32 (n, dimensions), weighted by scores, float64 (n,), sorted from the highest.

    Returns
    -------
    numpy.ndarray
        float32 (dimensions,), finite.
    """
    return (_weights(scores) @ coordinates.astype(np.float64)).astype(np.float32)


def is_exact(projection: Projection, vector: np.ndarray | None) -> bool:
    """Tell whether `place_query` puts this vector where PCA has it, rather than among its best chunks."""
    if vector is None or projection.mean is None or projection.components is None:
        return False
    return np.shape(vector) == projection.mean.shape and bool(np.isfinite(vector).all())


def _weights(scores: np.ndarray) -> np.ndarray:
    """Give weights (n,) that sum to 1 for scores sorted from the highest."""
    gaps = scores[0] - scores
    if gaps[-1] == 0:
        return np.full(len(scores), 1 / len(scores))
    # as UMAP does, sigma never falls below a thousandth of the mean gap
    low, high, target = gaps.mean() * 1e-3, gaps[-1] * 100, np.log2(len(scores))
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if np.exp(-gaps / middle).sum() > target:
            high = middle
        else:
            low = middle
    weights = np.exp(-gaps / high)
    return weights / weights.sum()
