"""What a static picture of the map can be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from workbench.figures.map_fields import Fields
    from workbench.records import Clustering, Region, Retrieval

__all__ = ["PictureOptions"]


class PictureOptions(TypedDict, total=False):
    """What a static picture of the map can be told; everything has a default.

    Attributes
    ----------
    color, fields, at_least, clustering, retrieval, in_prompt, cited, selection, anchor
        As in `map_traces`.
    regions
        As in `map_layout`.
    width, height
        Pixels, 900 by 640, at least 120 each.
    dark
        Light on dark.
    title
        Above the map.
    most
        Above so many points (5,000) a sample is drawn, always the same, which says so and holds every passage,
        selected chunk and anchor.
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
    width: int
    height: int
    dark: bool
    title: str | None
    most: int
