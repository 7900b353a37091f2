"""The same chunks as two embedding models see them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.errors import InputError
from workbench.projection.align import align
from workbench.projection.quality import check_same
from workbench.records import Neighbours, Projection, TwinMaps

__all__ = ["kept_between", "twin_maps"]

BLOCK = 16_384
"""Rows compared at a time."""


def twin_maps(
    models: tuple[str, str],
    left: Projection,
    right: Projection,
    left_neighbours: Neighbours,
    right_neighbours: Neighbours,
    k: int = 10,
) -> TwinMaps:
    """Lay two pictures of the same chunks side by side, the right one turned to lie like the left.

    A right picture by PCA keeps its shape but gives up `mean` and `components`, which belong to the picture before
    it was turned: a question is placed in it among its chunks.

    Parameters
    ----------
    models
        Ids of the two models.
    left, right
        Pictures of the same ids in the same order, of as many dimensions.
    left_neighbours, right_neighbours
        True neighbours in each model's space.
    k
        Size of the neighbourhoods compared.

    Raises
    ------
    InputError
        If the chunks or dimensions differ.
    """
    if left.ids != right.ids:
        raise InputError(
            f"The left picture shows {len(left)} chunks and the right one {len(right)}, not the same in the same "
            "order; draw both of the chunks that both models have embedded."
        )
    check_same(left_neighbours, left)
    check_same(right_neighbours, right)
    turned = replace(right, coordinates=align(right.coordinates, left.coordinates), mean=None, components=None)
    return TwinMaps(models, left, turned, kept_between(left_neighbours, right_neighbours, k), k)


def kept_between(a: Neighbours, b: Neighbours, k: int = 10) -> np.ndarray:
    """Give for each chunk the share of its k nearest by `a` that are among its k nearest by `b`.

    Both lists are cut to k, ties by row number; where there are fewer than k others, all of them are compared. The
    share is the same with a and b exchanged.

    Returns
    -------
    numpy.ndarray
        float32 (n,), 0 to 1; 1 where there are no others.

    Raises
    ------
    InputError
        If the chunks differ, or fewer than k neighbours are known of them.
    """
    if a.ids != b.ids:
        raise InputError(
            f"The neighbours are of {len(a)} and {len(b)} chunks that are not the same in the same order; "
            "pass those of the same chunks in two spaces."
        )
    k = max(0, min(k, len(a) - 1))
    if min(a.k, b.k) < k:
        raise InputError(
            f"Only {min(a.k, b.k)} neighbours are known and {k} are compared; find_neighbours(k={k}) first."
        )
    share = np.ones(len(a), dtype=np.float32)
    for start in range(0, len(a) if k else 0, BLOCK):
        part = slice(start, start + BLOCK)
        same = a.indices[part, :k, None] == b.indices[part, None, :k]
        share[part] = same.any(axis=2).mean(axis=1)
    return share
