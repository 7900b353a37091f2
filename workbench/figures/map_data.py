"""What a map shows, as arrays: nothing here knows plotly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.figures.text import plain, shorten
from workbench.projection import place_query

if TYPE_CHECKING:
    from workbench.records import Chunk, Expansion, Projection, Retrieval

__all__ = [
    "FULL_LABELS",
    "frame",
    "place_expansions",
    "place_star",
    "point_label",
    "point_labels",
    "point_size",
    "rows_of",
    "scores_of_points",
]

FULL_LABELS = 5000
"""Up to this many points, each has a label of its own; more would weigh megabytes."""
BEGINNING = 80
MARGIN = 0.06
"""Free space around the points, as a share of the larger side."""


def rows_of(ids: Sequence[str]) -> dict[str, int]:
    """Give the row of each chunk id."""
    return {chunk_id: row for row, chunk_id in enumerate(ids)}


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


def place_expansions(projection: Projection, retrieval: Retrieval | None) -> list[tuple[Expansion, np.ndarray]]:
    """Give what the question was expanded to, each with its place float32 (dimensions,), where it has one."""
    expansions = retrieval.expansions if retrieval is not None else ()
    rows = rows_of(projection.ids) if expansions else {}
    found = []
    for one in expansions:
        scores = np.full(len(projection), np.nan, dtype=np.float32)
        for chunk_id, cosine in one.nearest:
            if chunk_id in rows:
                scores[rows[chunk_id]] = cosine
        at = place_query(projection, scores, one.vector)
        if at is not None:
            found.append((one, at))
    return found


def point_labels(ids: Sequence[str], chunks: Mapping[str, Chunk]) -> list[str]:
    """Give what pointing at each chunk says, ready for plotly: document · section, and how the text begins."""
    return [point_label(chunks.get(chunk_id), chunk_id) for chunk_id in ids]


def point_label(chunk: Chunk | None, chunk_id: str) -> str:
    """Give the label of one point, escaped."""
    if chunk is None:
        return plain(shorten(chunk_id, 60, keep_end=True))
    section = chunk.metadata.get("section", "")
    head = plain(shorten(chunk.document, 60, keep_end=True))
    if section:
        head += f" · {plain(shorten(section, 40))}"
    return f"{head}<br>{plain(shorten(chunk.text, BEGINNING), width=48)}"


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
