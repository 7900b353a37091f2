"""What a map shows, as arrays: nothing here knows plotly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import InputError
from workbench.figures.map_color import Coloring, color_by_group, color_by_number
from workbench.figures.text import plain, shorten
from workbench.projection import place_query

if TYPE_CHECKING:
    from workbench.figures.palette import Theme
    from workbench.records import Chunk, Projection, Retrieval

__all__ = [
    "color_fields",
    "color_points",
    "frame",
    "place_star",
    "point_labels",
    "point_size",
    "rows_of",
    "scores_of_points",
]

FULL_LABELS = 5000
"""Up to this many points, a label has the beginning of the text too; above, it would weigh megabytes."""
BEGINNING = 80
MARGIN = 0.06
"""Free space around the points, as a share of the larger side."""


def rows_of(ids: Sequence[str]) -> dict[str, int]:
    """Give the row of each chunk id."""
    return {chunk_id: row for row, chunk_id in enumerate(ids)}


def color_fields(chunks: Sequence[Chunk]) -> tuple[str, ...]:
    """Give what a map of these chunks can be coloured by: `source`, `similarity`, then metadata fields."""
    found = dict.fromkeys(field for chunk in chunks for field in chunk.metadata)
    return ("source", "similarity", *(field for field in found if field not in {"source", "similarity"}))


def color_points(
    color: str, projection: Projection, chunks: Mapping[str, Chunk], retrieval: Retrieval | None, colors: Theme
) -> Coloring:
    """Colour the points of a projection by source, by similarity to the question, or by a metadata field.

    Numbers get a continuous scale, everything else groups.

    Raises
    ------
    InputError
        If no chunk has such a field.
    """
    if color == "similarity":
        missing = "ask a question first" if retrieval is None else "not searched"
        return color_by_number(scores_of_points(projection, retrieval), colors, missing)
    values = [_value(chunks.get(chunk_id), color) for chunk_id in projection.ids]
    if values and all(value is None for value in values):
        fields = ", ".join(color_fields(tuple(chunks.values())))
        raise InputError(f"The map cannot be coloured by {color!r}: no chunk has it. Choose one of: {fields}.")
    numbers = [value for value in values if value is not None]
    if numbers and all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers):
        return color_by_number(np.array([np.nan if v is None else v for v in values], dtype=np.float64), colors)
    return color_by_group(values, colors)


def _value(chunk: Chunk | None, color: str) -> object:
    if chunk is None:
        return None
    if color in {"source", "document"}:
        return chunk.metadata.get(color, chunk.document)
    return chunk.metadata.get(color)


def scores_of_points(projection: Projection, retrieval: Retrieval | None) -> np.ndarray:
    """Give float32 (n,): the score of each point of the projection, NaN where it was not searched."""
    scores = np.full(len(projection), np.nan, dtype=np.float32)
    if retrieval is None or retrieval.scores is None:
        return scores
    if retrieval.ids == projection.ids:
        return np.asarray(retrieval.scores, dtype=np.float32)
    known = rows_of(retrieval.ids)
    rows = np.array([known.get(chunk_id, -1) for chunk_id in projection.ids], dtype=np.int64)
    scores[rows >= 0] = np.asarray(retrieval.scores, dtype=np.float32)[rows[rows >= 0]]
    return scores


def place_star(projection: Projection, retrieval: Retrieval | None) -> np.ndarray | None:
    """Give float32 (dimensions,): where the question lies; None without one, or where nothing places it."""
    if retrieval is None:
        return None
    scores = scores_of_points(projection, retrieval)
    if not np.isfinite(scores).any():
        rows = rows_of(projection.ids)
        for passage in retrieval.passages:
            if passage.chunk.id in rows:
                scores[rows[passage.chunk.id]] = passage.score
    return place_query(projection, scores, retrieval.vector)


def point_labels(projection: Projection, chunks: Mapping[str, Chunk]) -> list[str]:
    """Give what hovering over each point says, ready for plotly: document · section, and how the text begins."""
    full = len(projection) <= FULL_LABELS
    return [point_label(chunks.get(chunk_id), chunk_id, full) for chunk_id in projection.ids]


def point_label(chunk: Chunk | None, chunk_id: str, full: bool = True) -> str:
    """Give the label of one point, escaped."""
    if chunk is None:
        return plain(shorten(chunk_id, 60, keep_end=True))
    section = chunk.metadata.get("section", "")
    head = plain(shorten(chunk.document, 60, keep_end=True))
    if section:
        head += f" · {plain(shorten(section, 40))}"
    return f"{head}<br>{plain(shorten(chunk.text, BEGINNING), width=48)}" if full else head


def point_size(n: int) -> float:
    """Give the diameter of a point in pixels: many points are small ones."""
    return 8.0 if n <= 200 else 6.0 if n <= 3000 else 4.0 if n <= 20_000 else 3.0


def frame(projection: Projection, star: np.ndarray | None) -> list[list[float]]:
    """Give (low, high) for each axis: all points, the star and a margin; never of size 0.

    It does not depend on the question unless the star lies outside the points, so the picture stays where it is.
    """
    points = projection.coordinates.astype(np.float64)
    if star is not None:
        points = np.vstack([points, star[None]])
    if not len(points):
        return [[-1.0, 1.0]] * projection.coordinates.shape[1]
    low, high = points.min(axis=0), points.max(axis=0)
    inner = projection.coordinates if len(projection) else points
    side = float(np.ptp(inner, axis=0).max())
    margin = MARGIN * side if side > 0 else 1.0
    return [[float(a - margin), float(b + margin)] for a, b in zip(low, high, strict=True)]
