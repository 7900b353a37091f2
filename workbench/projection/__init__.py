"""Where chunks and questions lie in the picture, and how far the picture can be trusted."""

from workbench.projection.align import align
from workbench.projection.extend_neighbours import extend_neighbours
from workbench.projection.neighbours import find_neighbours, nearest_neighbours
from workbench.projection.pca import pca
from workbench.projection.place import place_query
from workbench.projection.quality import kept_neighbours, trust
from workbench.projection.umap_layout import umap_layout, warm_up

__all__ = [
    "align",
    "extend_neighbours",
    "find_neighbours",
    "kept_neighbours",
    "nearest_neighbours",
    "pca",
    "place_query",
    "trust",
    "umap_layout",
    "warm_up",
]
