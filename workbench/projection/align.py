"""Turn one picture so that it lies like another: the eye finds its groups again."""

from __future__ import annotations

import numpy as np

from workbench.errors import InputError

__all__ = ["align"]


def align(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Move, turn, mirror and scale points as a whole to lie as close to the reference as they can.

    Least squares over translation, orthogonal matrix and one scale: orthogonal Procrustes [1]_ with the
    translation and scale of [2]_. Shapes and neighbourhoods stay what they were.

    Parameters
    ----------
    points, reference
        (n, k), finite; row i of one belongs to row i of the other.

    Returns
    -------
    numpy.ndarray
        float32 (n, k). Points that are all in one place land on the reference's centre.

    Raises
    ------
    InputError
        If the shapes differ.

    References
    ----------
    .. [1] P. H. Schönemann, A generalized solution of the orthogonal Procrustes problem, Psychometrika 31 (1966).
    .. [2] P. H. Schönemann, R. M. Carroll, Fitting one matrix to another under choice of a central dilation and
       a rigid motion, Psychometrika 35 (1970).
    """
    if np.shape(points) != np.shape(reference):
        raise InputError(
            f"The points have shape {np.shape(points)} and the reference {np.shape(reference)}; "
            "pass two pictures of the same points with as many dimensions."
        )
    source, target = np.asarray(points, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if not len(source):
        return source.astype(np.float32)
    centre = target.mean(axis=0)
    source, target = source - source.mean(axis=0), target - centre
    left, singular, right = np.linalg.svd(source.T @ target)
    size = (source**2).sum()
    scale = singular.sum() / size if size > 0 and singular.sum() > 0 else 1.0
    return (scale * source @ (left @ right) + centre).astype(np.float32)
