"""Where the chunks lie in the picture, and what is known of their neighbourhoods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["Anchored", "Cluster", "Clustering", "Near", "Neighbours", "Projection", "Region", "TwinMaps"]


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
    kept
        float32 (n,): the same share point by point; None until neighbours are known.
    placed
        bool (n,): points that came after the layout and were put beside it, so that no other moved; None if none did.
    """

    ids: tuple[str, ...] = field(repr=False)
    coordinates: np.ndarray = field(repr=False)
    method: Literal["pca", "umap"] = "pca"
    parameters: Mapping[str, object] = field(default_factory=dict)
    trust: float | None = None
    mean: np.ndarray | None = field(default=None, repr=False)
    components: np.ndarray | None = field(default=None, repr=False)
    kept: np.ndarray | None = field(default=None, repr=False)
    placed: np.ndarray | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The true nearest neighbours of every chunk, by cosine of their vectors.

    Attributes
    ----------
    ids
        Chunk ids, n of them.
    indices
        int32 (n, k): rows, nearest first, the row itself left out.
    distances
        float32 (n, k): 1 - cosine, in [0, 2].
    """

    ids: tuple[str, ...] = field(repr=False)
    indices: np.ndarray = field(repr=False)
    distances: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def k(self) -> int:
        """Neighbours of each chunk."""
        return int(self.indices.shape[1])


@dataclass(frozen=True, eq=False)
class Region:
    """A part of the picture: its chunks, their centre float32 (dimensions,), and the mean share of neighbours kept."""

    ids: tuple[str, ...] = field(repr=False)
    centre: np.ndarray
    kept: float


@dataclass(frozen=True, eq=False)
class Cluster:
    """A group of points that lie densely together in the picture.

    Attributes
    ----------
    number
        From 0, the largest first.
    ids
        Its chunks.
    keywords
        Words that mark it out from the others, best first.
    centre
        float32 (dimensions,): its median place in the picture.
    exemplar
        Id of the chunk nearest to the centre.
    name
        As a language model calls it; empty until one was asked.
    """

    number: int
    ids: tuple[str, ...] = field(repr=False)
    keywords: tuple[str, ...]
    centre: np.ndarray = field(repr=False)
    exemplar: str = ""
    name: str = ""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def label(self) -> str:
        """Its name, or its first three keywords."""
        return self.name or ", ".join(self.keywords[:3]) or f"cluster {self.number}"


@dataclass(frozen=True, eq=False)
class Clustering:
    """Clusters of a picture.

    Attributes
    ----------
    ids
        Chunk ids, n of them, as in the picture.
    labels
        int32 (n,): number of each point's cluster, -1 for noise.
    clusters
        By number.
    parameters
        What HDBSCAN was run with.
    """

    ids: tuple[str, ...] = field(repr=False)
    labels: np.ndarray = field(repr=False)
    clusters: tuple[Cluster, ...]
    parameters: Mapping[str, object] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.clusters)

    @property
    def noise(self) -> int:
        """Points that belong to no cluster."""
        return int((self.labels < 0).sum())

    def to_frame(self) -> pd.DataFrame:
        """Give a DataFrame, a row a cluster and one for noise (-1): cluster, label, size, keywords, exemplar, ids."""
        from workbench.frames import clusters_frame

        return clusters_frame(self)


@dataclass(frozen=True, eq=False)
class TwinMaps:
    """The same chunks as two embedding models see them.

    Attributes
    ----------
    models
        Their ids, left and right.
    left, right
        The two pictures, of the same ids in the same order; the right one is turned to lie like the left.
    kept
        float32 (n,): share, 0 to 1, of a chunk's nearest neighbours in the left model's space that are among as many
        in the right model's; measured on the vectors, not on the pictures.
    k
        Size of the neighbourhoods compared.
    """

    models: tuple[str, str]
    left: Projection
    right: Projection
    kept: np.ndarray = field(repr=False)
    k: int = 10

    def __len__(self) -> int:
        return len(self.left)

    def to_frame(self) -> pd.DataFrame:
        """Give a DataFrame, a row a chunk: id, kept; the least kept first."""
        from workbench.frames import twin_frame

        return twin_frame(self)


@dataclass(frozen=True, slots=True)
class Near:
    """A true neighbour of a chunk, and where the picture has it.

    Attributes
    ----------
    id
        Chunk id.
    cosine
        In [-1, 1].
    place
        Its rank among the chunk's neighbours in the picture, from 1; None where it has no point.
    far
        Whether the picture puts it far away, though it is near.
    """

    id: str
    cosine: float
    place: int | None = None
    far: bool = False


@dataclass(frozen=True, eq=False)
class Anchored:
    """All chunks as seen from one of them.

    Attributes
    ----------
    id
        The chunk that is looked from.
    ids
        Chunk ids, n of them.
    similarity
        float32 (n,): cosine of each to it, in [-1, 1].
    nearest
        Its true nearest neighbours, nearest first.
    """

    id: str
    ids: tuple[str, ...] = field(repr=False)
    similarity: np.ndarray = field(repr=False)
    nearest: tuple[Near, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Give a DataFrame, a row a neighbour: id, cosine, place, far."""
        from workbench.frames import frame_of

        return frame_of(self.nearest, Near)
