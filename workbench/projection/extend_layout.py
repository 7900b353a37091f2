"""Put new chunks into a picture without moving an old one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from workbench.errors import InputError
from workbench.projection.checks import check_vectors
from workbench.projection.cosine import nearest_rows, unit_rows
from workbench.projection.place import weighted_place
from workbench.projection.quality import check_same, kept_neighbours, mean_kept
from workbench.records import Neighbours, Projection

__all__ = ["extend_layout"]

NEAREST = 15
"""Old points that place a new one, as many as place a question."""


def extend_layout(
    projection: Projection,
    ids: Sequence[str],
    vectors: np.ndarray,
    neighbours: Neighbours | None,
    changed: Collection[str],
) -> Projection:
    """Give the picture of the chunks as they are now; those that stayed keep their place to the last bit.

    In a PCA picture a new or changed chunk is projected by the stored mean and axes, exactly as it would have been.
    In a UMAP picture it goes where a question of the same vector would: to the weighted mean of the old points
    nearest to it by cosine. Equal vectors go to one place.

    Parameters
    ----------
    projection
        The picture before.
    ids, vectors
        The chunks now, n of them, and their vectors (n, d).
    neighbours
        True neighbours of the chunks now, to measure the picture by; None leaves it unmeasured.
    changed
        Ids whose vector is another than it was; new ones need not be named.

    Returns
    -------
    Projection
        In the order of `ids`. `placed` marks what was put beside the layout, now or before.

    Raises
    ------
    InputError
        If a vector is not finite, the neighbours are of other chunks, or no chunk of the picture is left.
    """
    matrix, moved = check_vectors(vectors, ids), set(changed)
    was = {name: row for row, name in enumerate(projection.ids) if name not in moved}
    before = np.array([was.get(name, -1) for name in ids], dtype=np.int64)
    old, new = np.flatnonzero(before >= 0), np.flatnonzero(before < 0)
    coordinates = np.zeros((len(ids), projection.coordinates.shape[1]), dtype=np.float32)
    coordinates[old] = projection.coordinates[before[old]]
    if len(new):
        coordinates[new] = _places(projection, matrix, old, new, coordinates[old])
    placed = np.zeros(len(ids), dtype=bool)
    placed[new] = True
    if projection.placed is not None:
        placed[old] = projection.placed[before[old]]
    extended = replace(
        projection,
        ids=tuple(ids),
        coordinates=coordinates,
        placed=placed if placed.any() else None,
        kept=None,
        trust=None,
    )
    if neighbours is None:
        return extended
    check_same(neighbours, extended)
    kept = kept_neighbours(neighbours, coordinates)
    return replace(extended, kept=kept, trust=mean_kept(kept))


def _places(
    projection: Projection, matrix: np.ndarray, old: np.ndarray, new: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """Give float32 (len(new), dimensions)."""
    if projection.mean is not None and projection.components is not None:
        if matrix.shape[1] != len(projection.mean):
            raise InputError(
                f"The vectors have {matrix.shape[1]} dimensions and the picture was made from {len(projection.mean)}; "
                "draw it anew with pca(vectors, ids)."
            )
        centred = matrix[new].astype(np.float64) - projection.mean
        # row by row, since a matrix product rounds a row differently from one block to another
        return np.einsum("ij,kj->ik", centred, projection.components.astype(np.float64)).astype(np.float32)
    if not len(old):
        raise InputError(
            f"None of the {len(projection)} chunks of the picture is left unchanged among the {len(matrix)} given, so "
            "there is nothing to put new ones beside; draw it anew with pca(vectors, ids)."
        )
    unit = unit_rows(matrix)
    rows, distances = nearest_rows(unit[new], unit[old], min(NEAREST, len(old)))
    places = [
        weighted_place(1 - near.astype(np.float64), known[row]) for near, row in zip(distances, rows, strict=True)
    ]
    return np.stack(places)
