"""Where chunks and questions lie in the picture, and how far the picture can be trusted."""

from workbench.projection.align import align
from workbench.projection.around import far_neighbours, similarity_to
from workbench.projection.clusters import clusters
from workbench.projection.duplicates import near_duplicates, nearest_to, outliers
from workbench.projection.extend_layout import extend_layout
from workbench.projection.extend_neighbours import extend_neighbours
from workbench.projection.neighbours import find_neighbours, nearest_neighbours
from workbench.projection.pca import pca
from workbench.projection.place import place_query
from workbench.projection.quality import kept_neighbours, trust
from workbench.projection.regions import least_trusted
from workbench.projection.twin import kept_between, twin_maps
from workbench.projection.umap_layout import umap_layout, warm_up

__all__ = [
    "align",
    "clusters",
    "extend_layout",
    "extend_neighbours",
    "far_neighbours",
    "find_neighbours",
    "kept_between",
    "kept_neighbours",
    "least_trusted",
    "near_duplicates",
    "nearest_neighbours",
    "nearest_to",
    "outliers",
    "pca",
    "place_query",
    "similarity_to",
    "trust",
    "twin_maps",
    "umap_layout",
    "warm_up",
]
