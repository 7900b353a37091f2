"""Pictures of the map without a browser: for a page that runs no widgets, a report, or a saved notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from workbench.figures.map_scene import map_scene
from workbench.figures.picture_options import PictureOptions
from workbench.figures.scene_png import png_of
from workbench.figures.scene_svg import svg_of

if TYPE_CHECKING:
    from workbench.records import Chunk, Projection

__all__ = ["map_png", "map_svg"]


def map_svg(projection: Projection, chunks: Sequence[Chunk], **options: Unpack[PictureOptions]) -> str:
    """Draw the map as one SVG document that holds all it needs, loads nothing and runs nothing.

    Parameters
    ----------
    projection, chunks
        As in `map_traces`; a map of three dimensions is seen from the corner, as the live one is at first.
    options
        See `PictureOptions`.

    Returns
    -------
    str
        XML; its title, and the sentences of `describe_map` as its description, are for those who cannot see it.

    Raises
    ------
    InputError
        If no chunk has the field to colour by, a column of `fields` is not as long as the projection, or the
        picture would be too small to show anything.
    """
    return svg_of(map_scene(projection, chunks, **options))


def map_png(projection: Projection, chunks: Sequence[Chunk], **options: Unpack[PictureOptions]) -> bytes:
    """Draw the picture of `map_svg` as a PNG file of `width` by `height` pixels.

    The parameters and errors are the same. Its font has the letters of European languages only; others are boxes.
    """
    return png_of(map_scene(projection, chunks, **options))
