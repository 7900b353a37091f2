"""What a static picture of the map can be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from workbench.figures.map_fields import Fields
    from workbench.records import Clustering, Region, Retrieval

__all__ = ["MapOptions", "PictureOptions"]


class MapOptions(TypedDict, total=False):
    """What any drawing of the map can be told; everything has a default.

    Attributes
    ----------
    color, fields, at_least, clustering, retrieval, in_prompt, cited, selection, anchor
        As in `map_traces`.
    regions
        As in `map_layout`.
    dark
        Light on dark.
    title
        Above the map.
    """

    color: str
    fields: Fields
    at_least: float | None
    clustering: Clustering | None
    regions: Sequence[Region]
    retrieval: Retrieval | None
    in_prompt: Collection[int] | None
    cited: Collection[int] | None
    selection: Sequence[str]
    anchor: str
    dark: bool
    title: str | None


class PictureOptions(MapOptions, total=False):
    """What a static picture of the map can be told besides.

    Attributes
    ----------
    width, height
        Pixels, 900 by 640, at least 120 each.
    most
        Above so many points (5,000) a sample is drawn, always the same, which says so and holds every passage,
        selected chunk and anchor.
    """

    width: int
    height: int
    most: int
