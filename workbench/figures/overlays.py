"""What lies over the points of a flat map: names of clusters and outlines of regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.figures.badges import badge_places
from workbench.figures.labels import Box, Label, place_labels
from workbench.figures.map_data import frame, place_star, rows_of
from workbench.figures.passages import SIZE
from workbench.figures.text import shorten

if TYPE_CHECKING:
    from workbench.records import Cluster, Clustering, Projection, Region, Retrieval

__all__ = ["PLOT_SIZE", "Viewport", "cluster_labels", "ellipse", "viewport"]

PLOT_SIZE = (700, 500)
"""Pixels of a plot of which nothing is known."""
LONGEST = 32
"""Characters of a cluster's label."""
SMALLEST = 0.015
"""Radius of an outline at least, as a share of the larger side of the picture."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """How numbers become pixels in a plot whose units are equal on both axes.

    Like plotly's `scaleanchor`: the axis that would have more room than it needs shows more, on both sides alike.

    Attributes
    ----------
    across, up
        (low, high) that must be seen.
    size
        Width and height in pixels.
    """

    across: tuple[float, float]
    up: tuple[float, float]
    size: tuple[int, int]

    @property
    def scale(self) -> float:
        """Pixels a unit."""
        width, height = (max(side, 1) for side in self.size)
        return min(width / (self.across[1] - self.across[0]), height / (self.up[1] - self.up[0]))

    def to_pixels(self, x: float | np.ndarray, y: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give pixels from the left and from the top."""
        right, down = np.asarray(x) - sum(self.across) / 2, sum(self.up) / 2 - np.asarray(y)
        return self.size[0] / 2 + right * self.scale, self.size[1] / 2 + down * self.scale

    def to_data(self, x: float | np.ndarray, y: float | np.ndarray) -> tuple[Any, Any]:
        """Give the numbers that lie at a pixel."""
        right, down = (x - self.size[0] / 2) / self.scale, (y - self.size[1] / 2) / self.scale
        return sum(self.across) / 2 + right, sum(self.up) / 2 - down


def viewport(projection: Projection, star: np.ndarray | None, size: tuple[int, int]) -> Viewport:
    """Give the view of all points and the star of a flat map, in a plot of so many pixels."""
    across, up = frame(projection, star)[:2]
    return Viewport((across[0], across[1]), (up[0], up[1]), size)


def cluster_labels(
    clustering: Clustering | None, projection: Projection, retrieval: Retrieval | None, view: Viewport, size: float
) -> list[Label]:
    """Give the names of clusters that have room, the largest first; `row` counts in that order.

    The name of a cluster that is hardly larger than it stands above it; the star and the numbered passages are
    never covered.
    """
    if clustering is None or not len(clustering) or projection.coordinates.shape[1] != 2:
        return []
    largest = sorted(clustering.clusters, key=lambda cluster: (-len(cluster), cluster.number))
    centres = np.array([cluster.centre for cluster in largest], dtype=np.float64)
    x, y = view.to_pixels(centres[:, 0], centres[:, 1])
    known = rows_of(projection.ids)
    reach = np.array([_reach(cluster, projection, known) for cluster in largest]) * view.scale
    y -= np.where(reach < 2 * size, reach + size, 0)
    texts = [shorten(cluster.label, LONGEST) for cluster in largest]
    taken = _taken(projection, retrieval, view) if retrieval is not None else []
    return place_labels(texts, list(zip(x.tolist(), y.tolist(), strict=True)), view.size, size, taken)


def _reach(cluster: Cluster, projection: Projection, known: dict[str, int]) -> float:
    """Give how far most points of a cluster lie above or below its centre."""
    rows = [known[chunk_id] for chunk_id in cluster.ids if chunk_id in known]
    return float(np.quantile(np.abs(projection.coordinates[rows, 1] - cluster.centre[1]), 0.9)) if rows else np.inf


def _taken(projection: Projection, retrieval: Retrieval, view: Viewport) -> list[Box]:
    """Give the boxes of the star and the passages."""
    star = place_star(projection, retrieval)
    numbers = badge_places(projection, retrieval, star, view)
    points = numbers if star is None else np.vstack([numbers, star[None]])
    x, y = view.to_pixels(points[:, 0], points[:, 1])
    half = SIZE / 2 + 2
    return [Box(a - half, b - half, a + half, b + half) for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def ellipse(projection: Projection, region: Region) -> tuple[float, float, float, float] | None:
    """Give x, y and the two radii of an upright ellipse around all points of a region; None if it has none here.

    Its proportions are those of the points' spread.
    """
    known = rows_of(projection.ids)
    rows = [known[chunk_id] for chunk_id in region.ids if chunk_id in known]
    if not rows:
        return None
    points = projection.coordinates[rows, :2].astype(np.float64)
    least = SMALLEST * float(np.ptp(projection.coordinates[:, :2], axis=0).max()) or 0.1
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    spread = np.maximum(points.std(axis=0), least)
    reach = float(np.sqrt((((points - middle) / spread) ** 2).sum(axis=1)).max())
    across, up = spread * reach + least
    return float(middle[0]), float(middle[1]), float(across), float(up)
