"""What every projection asks of its input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.errors import InputError

__all__ = ["check_dimensions", "check_vectors"]


def check_vectors(vectors: np.ndarray, ids: Sequence[str]) -> np.ndarray:
    """Give the vectors as a 2-D array, unchanged where they are one.

    Raises
    ------
    InputError
        If they are not one finite vector for each id.
    """
    matrix = np.asarray(vectors)
    if matrix.ndim != 2:
        raise InputError(f"The vectors have shape {matrix.shape}; expected (n, d). Pass one vector a row.")
    if len(matrix) != len(ids):
        raise InputError(f"There are {len(matrix)} vectors for {len(ids)} ids; pass one id for each vector.")
    bad = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
    if len(bad):
        raise InputError(
            f"{len(bad)} of {len(matrix)} vectors hold NaN or infinity, the first is that of {ids[bad[0]]!r}; "
            "expected finite numbers. Embed these chunks again."
        )
    return matrix


def check_dimensions(dimensions: int) -> None:
    """Refuse pictures of other than 2 or 3 dimensions with `InputError`."""
    if dimensions not in (2, 3):
        raise InputError(f"dimensions is {dimensions!r}; expected 2 or 3.")
