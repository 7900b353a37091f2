"""The part of a static map in which its points lie."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import cos, pi, sin
from typing import TYPE_CHECKING

import numpy as np

from workbench.figures.badges import badge_places
from workbench.figures.map_color import Coloring
from workbench.figures.map_data import frame, place_expansions, place_star, point_size, rows_of
from workbench.figures.overlays import Viewport, cluster_labels, ellipse
from workbench.figures.palette import Theme
from workbench.figures.passages import EXPANSIONS, LINE_WIDTHS, SIZE, line_classes, passage_marks, shown_passages
from workbench.figures.scene import Circle, Dots, Ellipse, Line, Polygon, Shape, Text
from workbench.figures.text import shorten

if TYPE_CHECKING:
    from workbench.records import Clustering, Projection, Region, Retrieval

__all__ = ["Plot"]

LABEL = 12.0
# the orthographic view of the live map in depth: from (1, 1, 1), z up
VIEW = np.array([[-1, 1, 0], [-1, -1, 2]]) / np.sqrt([[2], [6]])


class Plot:
    """The part of a picture in which points lie."""

    def __init__(
        self,
        projection: Projection,
        retrieval: Retrieval | None,
        size: tuple[int, int],
        top: float,
        bottom: float,
    ) -> None:
        self.projection, self.retrieval, self.top = projection, retrieval, top
        self.flat = projection.coordinates.shape[1] == 2
        area = (max(size[0], 1), max(round(size[1] - top - bottom), 1))
        star = place_star(projection, retrieval)
        (left, right), (low, high) = self._frame(star)
        self.view = Viewport((left, right), (low, high), area)
        self.places = self._pixels(projection.coordinates)
        self.star = None if star is None else self._pixels(star[None])[0]
        self.numbers = self._pixels(badge_places(projection, retrieval, star, self.view))

    def _frame(self, star: np.ndarray | None) -> list[list[float]]:
        if self.flat:
            return frame(self.projection, star)
        seen = replace(self.projection, coordinates=self.projection.coordinates @ VIEW.T)
        return frame(seen, None if star is None else star @ VIEW.T)

    def _pixels(self, points: np.ndarray) -> np.ndarray:
        """Give float64 (n, 2): pixels from the left and from the top of the picture."""
        flat = points if self.flat else points @ VIEW.T
        x, y = self.view.to_pixels(flat[:, 0].astype(np.float64), flat[:, 1].astype(np.float64))
        return np.column_stack([x, y + self.top])

    def _at(self, row: int) -> tuple[float, float]:
        return _point(self.places[row])

    def points(self, rows: np.ndarray, coloring: Coloring, colors: Theme, *, dimmed: bool) -> list[Shape]:
        """Give the points that are drawn; dimmed where passages are to stand out."""
        shades = [coloring.color(int(row)) for row in rows]
        opacity = colors.dimmed if dimmed else colors.opacity
        return [Dots(self.places[rows], shades, point_size(len(rows)) / 2, opacity)] if len(rows) else []

    def rings(self, selection: Sequence[str], colors: Theme) -> list[Shape]:
        """Give a ring around each selected point."""
        known = rows_of(self.projection.ids) if selection else {}
        rows = sorted(known[chunk_id] for chunk_id in set(selection) if chunk_id in known)
        radius = point_size(len(self.projection)) / 2 + 2.5
        return [Circle(self._at(row), radius, "", colors.text, 1.5, 1.0 if len(rows) < 200 else 0.4) for row in rows]

    def anchor(self, anchor: str, colors: Theme) -> list[Shape]:
        """Give the ring of the chunk from which similarity is shown."""
        row = rows_of(self.projection.ids).get(anchor) if anchor else None
        return [] if row is None else [Circle(self._at(row), 9.0, "", colors.anchor, 3.0)]

    def outlines(self, regions: Sequence[Region], colors: Theme) -> list[Shape]:
        """Give dashed outlines of regions."""
        found = [ellipse(self.projection, region) for region in regions] if self.flat else []
        shapes: list[Shape] = []
        for x, y, across, up in (one for one in found if one is not None):
            (centre,) = self._pixels(np.array([[x, y]]))
            radii = (across * self.view.scale, up * self.view.scale)
            shapes.append(Ellipse((float(centre[0]), float(centre[1])), radii, colors.muted))
        return shapes

    def names(self, clustering: Clustering | None, colors: Theme) -> list[Shape]:
        """Give the names of clusters where there is room."""
        return [
            Text(
                (label.x, label.y + self.top),
                label.text,
                LABEL,
                colors.text,
                centred=True,
                halo=(label.box.right - label.box.left, label.box.bottom - label.box.top),
            )
            for label in cluster_labels(clustering, self.projection, self.retrieval, self.view, LABEL)
        ]

    def question(self, colors: Theme) -> list[Shape]:
        """Give the star, and lines to its passages and on to their numbers, the thicker the closer."""
        if self.retrieval is None:
            return []
        passages, rows = shown_passages(self.projection, self.retrieval)
        classes = line_classes(np.array([passage.score for passage in passages], dtype=np.float64))
        lines: list[Shape] = []
        for each in np.argsort(classes, kind="stable").tolist():
            width, end, number = LINE_WIDTHS[classes[each]], self._at(int(rows[each])), _point(self.numbers[each])
            if self.star is not None:
                lines.append(Line(_point(self.star), end, width, colors.text, 0.55))
            if number != end:
                lines.append(Line(end, number, width, colors.text, 0.55))
        if self.star is None:
            return lines
        others = [
            _star(self._pixels(at[None])[0], 6.6, f"{EXPANSIONS[one.kind]}: {shorten(one.text, 300)}", colors)
            for one, at in place_expansions(self.projection, self.retrieval)
        ]
        return [*lines, *others, _star(self.star, 11.0, f"Question: {shorten(self.retrieval.query, 300)}", colors)]

    def passages(
        self, coloring: Coloring, colors: Theme, in_prompt: Collection[int] | None, cited: Collection[int] | None
    ) -> list[Shape]:
        """Give the numbered passages in their three states, worst first."""
        passages, rows = shown_passages(self.projection, self.retrieval)
        shapes: list[Shape] = []
        marks = passage_marks(passages, rows, coloring, colors, in_prompt, cited)
        for passage, number, mark in zip(passages, self.numbers, marks, strict=True):
            title = f"{passage.rank}, score {passage.score:.3f}: {shorten(passage.chunk.document, 60, keep_end=True)}"
            at = _point(number)
            shapes.append(Circle(at, SIZE / 2, mark.fill, mark.edge, mark.width, title=title))
            shapes.append(Text(at, str(passage.rank), 11.0, mark.text, centred=True, bold=True))
        return shapes


def _point(at: np.ndarray) -> tuple[float, float]:
    return float(at[0]), float(at[1])


def _star(at: np.ndarray, radius: float, title: str, colors: Theme) -> Polygon:
    x, y = at
    # ten corners, the inner ones where the sides of a regular pentagram cross
    radii = [radius if corner % 2 == 0 else 0.382 * radius for corner in range(10)]
    corners = tuple((float(x + r * sin(pi * i / 5)), float(y - r * cos(pi * i / 5))) for i, r in enumerate(radii))
    return Polygon(corners, colors.text, colors.background, 1.5, title)
