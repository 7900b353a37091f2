"""The map as a scene: the same points, colours and states as the live one, without a browser."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from workbench.errors import InputError
from workbench.figures.describe import describe_map
from workbench.figures.map_fields import Fields, color_points
from workbench.figures.map_sample import sample_note, sample_rows
from workbench.figures.palette import theme
from workbench.figures.scene import Scene, Shape, Text
from workbench.figures.scene_key import key_height, key_shapes
from workbench.figures.scene_plot import Plot
from workbench.figures.text import shorten

if TYPE_CHECKING:
    from workbench.records import Chunk, Clustering, Projection, Region, Retrieval

__all__ = ["MOST", "map_scene"]

MOST = 5000
"""Points of a static picture, which is a file that must open anywhere."""
TITLE = 16.0
MARGIN = 16.0
SMALLEST = 120
"""Pixels of the side of a picture at least: below, nothing can be read."""


def map_scene(
    projection: Projection,
    chunks: Sequence[Chunk] | Mapping[str, Chunk],
    *,
    color: str = "source",
    fields: Fields = MappingProxyType({}),
    at_least: float | None = None,
    clustering: Clustering | None = None,
    regions: Sequence[Region] = (),
    retrieval: Retrieval | None = None,
    in_prompt: Collection[int] | None = None,
    cited: Collection[int] | None = None,
    selection: Sequence[str] = (),
    anchor: str = "",
    width: int = 900,
    height: int = 640,
    dark: bool = False,
    title: str | None = None,
    most: int = MOST,
) -> Scene:
    """Lay the map out in a picture of `width` by `height` pixels; the parameters are `PictureOptions`."""
    if min(width, height) < SMALLEST:
        raise InputError(
            f"A picture of {width} by {height} pixels shows nothing. Give at least {SMALLEST} by {SMALLEST}."
        )
    known = chunks if isinstance(chunks, Mapping) else {chunk.id: chunk for chunk in chunks}
    colors = theme(dark)
    coloring = color_points(
        color, projection, known, retrieval, colors, fields=fields, at_least=at_least, clustering=clustering
    )
    rows = sample_rows(projection, most, retrieval, selection, anchor)
    note = sample_note(len(rows), len(projection))
    top = TITLE * 2.2 if title else MARGIN
    plot = Plot(projection, retrieval, (width, height), top, key_height(coloring.keys, note, width))
    shapes: list[Shape] = []
    shapes += plot.rings(selection, colors)
    shapes += plot.points(rows, coloring, colors, dimmed=retrieval is not None)
    shapes += plot.outlines(regions, colors)
    shapes += plot.names(clustering, colors)
    shapes += plot.anchor(anchor, colors)
    shapes += plot.question(colors)
    shapes += plot.passages(coloring, colors, in_prompt, cited)
    shapes += key_shapes(coloring.keys, note, width, height, colors)
    if title:
        shown = Text((MARGIN, TITLE * 1.2), shorten(title, int(width / TITLE * 1.8)), TITLE, colors.text, bold=True)
        shapes.append(shown)
    described = describe_map(projection, retrieval, drawn=len(rows))
    name = shorten(title or "Map of the passages", 200)
    return Scene(width, height, colors.background, name, described, tuple(shapes))
