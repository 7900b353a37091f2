"""Where the chunks lie in the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Projection"]


@dataclass(frozen=True, eq=False)
class Projection:
    """Where the chunks lie in the picture.

    Attributes
    ----------
    ids
        Chunk ids, n of them.
    coordinates
        float32 (n, 2) or (n, 3); finite.
    method
        `pca` or `umap`.
    parameters
        What it was made with (n_neighbors, min_dist, seed ...).
    trust
        Share, 0 to 1, of the true 10 nearest neighbours that are among the 10 nearest in the picture;
        None where there are too few points to say.
    mean, components
        PCA only: float32 (d,) and (dimensions, d), which place a new vector exactly.
    """

    ids: tuple[str, ...] = field(repr=False)
    coordinates: np.ndarray = field(repr=False)
    method: Literal["pca", "umap"] = "pca"
    parameters: Mapping[str, object] = field(default_factory=dict)
    trust: float | None = None
    mean: np.ndarray | None = field(default=None, repr=False)
    components: np.ndarray | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.ids)
