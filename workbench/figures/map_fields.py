"""By what a map can be coloured, and the value of each point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import InputError
from workbench.figures.map_color import Coloring, color_by_cluster, color_by_group, color_by_number
from workbench.figures.map_data import scores_of_points

if TYPE_CHECKING:
    from workbench.figures.palette import Theme
    from workbench.records import Chunk, Clustering, Projection, Retrieval

__all__ = ["Fields", "color_fields", "color_points"]

Fields = Mapping[str, Sequence[object] | np.ndarray]
NO_FIELDS: Fields = MappingProxyType({})
NOISE = "noise"


def color_fields(chunks: Sequence[Chunk], fields: Fields = NO_FIELDS) -> tuple[str, ...]:
    """Give what a map of these chunks can be coloured by: `source`, `similarity`, `fields`, then metadata."""
    found = dict.fromkeys(field for chunk in chunks for field in chunk.metadata)
    return tuple(dict.fromkeys(("source", "similarity", *fields, *found)))


def color_points(
    color: str,
    projection: Projection,
    chunks: Mapping[str, Chunk],
    retrieval: Retrieval | None,
    colors: Theme,
    *,
    fields: Fields = NO_FIELDS,
    at_least: float | None = None,
    clustering: Clustering | None = None,
) -> Coloring:
    """Colour the points of a projection by a field, source, similarity to the question, cluster or metadata.

    Numbers get a continuous scale, everything else groups.

    Raises
    ------
    InputError
        If no chunk has such a field, or a column of `fields` is not as long as the projection.
    """
    if color == "cluster" and (color in fields or clustering is not None):
        values = _plain(_column(fields, color, projection)) if color in fields else _labels(projection, clustering)
        return _by_cluster(values, clustering, colors)
    if color in fields:
        return _color(_column(fields, color, projection), colors, at_least)
    if color == "similarity":
        missing = "ask a question first" if retrieval is None else "not searched"
        return color_by_number(scores_of_points(projection, retrieval), colors, missing, at_least)
    values = [_value(chunks.get(chunk_id), color) for chunk_id in projection.ids]
    if values and all(value is None for value in values):
        offered = ", ".join(color_fields(tuple(chunks.values()), fields))
        raise InputError(f"The map cannot be coloured by {color!r}: no chunk has it. Choose one of: {offered}.")
    return _color(values, colors, at_least)


def _column(fields: Fields, name: str, projection: Projection) -> Sequence[object] | np.ndarray:
    """Give a column, checked."""
    column = fields[name]
    if len(column) != len(projection):
        raise InputError(
            f"The column {name!r} has {len(column):,} values and the map {len(projection):,} points. "
            "Give one value a point, in the order of projection.ids."
        )
    return column


def _color(column: Sequence[object] | np.ndarray, colors: Theme, at_least: float | None) -> Coloring:
    if isinstance(column, np.ndarray) and column.dtype.kind in "iuf":
        # in its own precision, so that 0.7 is at least 0.7
        return color_by_number(column, colors, at_least=at_least)
    values = _plain(column)
    numbers = [value for value in values if value is not None]
    if numbers and all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in numbers):
        known = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        return color_by_number(known, colors, at_least=at_least)
    words = ["yes" if v is True else "no" if v is False else v for v in values]
    return color_by_group(words, colors)


def _plain(column: Sequence[object] | np.ndarray) -> list[object]:
    """Give the values as Python has them."""
    return column.tolist() if isinstance(column, np.ndarray) else list(column)


def _labels(projection: Projection, clustering: Clustering | None) -> list[object]:
    """Give the number of each point's cluster, -1 for noise and for what came after the clustering."""
    assert clustering is not None
    if clustering.ids == projection.ids:
        return clustering.labels.tolist()
    known = dict(zip(clustering.ids, clustering.labels.tolist(), strict=True))
    return [known.get(chunk_id, -1) for chunk_id in projection.ids]


def _by_cluster(values: list[object], clustering: Clustering | None, colors: Theme) -> Coloring:
    """Colour by cluster: numbers below 0, NaN, None and `noise` are noise."""
    names = {} if clustering is None else {cluster.number: cluster.label for cluster in clustering.clusters}

    def known(value: object) -> int | str | None:
        if isinstance(value, int | float):
            return int(value) if value >= 0 else None
        return None if value is None or value == NOISE else str(value)

    members = [known(value) for value in values]
    labels = {
        one: names.get(one, f"cluster {one}") if isinstance(one, int) else one for one in members if one is not None
    }
    return color_by_cluster(members, labels, colors)


def _value(chunk: Chunk | None, color: str) -> object:
    if chunk is None:
        return None
    if color in {"source", "document"}:
        return chunk.metadata.get(color, chunk.document)
    return chunk.metadata.get(color)
