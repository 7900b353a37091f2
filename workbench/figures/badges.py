"""Where the numbers of passages stand: beside their points where these lie close together, and never on the star."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.figures.passages import QUERY_SIZE, SIZE, shown_passages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.figures.overlays import Viewport
    from workbench.records import Projection, Retrieval

__all__ = ["badge_places", "spread"]

FREE = 3.0
"""Pixels between two numbers, for their edges and because a page may round."""
ROOM = SIZE + FREE
STAR = (QUERY_SIZE + SIZE) / 2 + FREE
"""Pixels between the centre of the star and that of a number."""
EXACT = 1e-9
MOST = 30
"""Passages whose numbers are put apart; those after them stand on their points."""
RADII = np.arange(1, 25) * 4.0
ANGLES = np.arange(32) * np.pi / 16
CIRCLES = np.concatenate([radius * np.column_stack([np.cos(ANGLES), np.sin(ANGLES)]) for radius in RADII])
"""Places around a point, in pixels: the nearest first."""


def spread(points: np.ndarray, star: np.ndarray | None, frame: tuple[float, float]) -> np.ndarray:
    """Put circles apart, each as near to its point as the earlier ones let it.

    Parameters
    ----------
    points
        float64 (n, 2) in pixels from the left and the top, the most important first.
    star
        float64 (2,) of what must stay free, in pixels; None without.
    frame
        Width and height in pixels; nothing is moved out of it.

    Returns
    -------
    numpy.ndarray
        float64 (n, 2). A circle stays where it is if it can, else it takes the nearest free place, of equally near ones
        the one farthest from the star. From the 31st on, and where nothing is free, they stay.
    """
    found = points.astype(np.float64, copy=True)
    for number in range(min(len(points), MOST)):
        around = np.vstack([points[number], points[number] + CIRCLES])
        inside = _inside(around, frame)
        inside[0] = True  # its own point, wherever that lies
        free = _free(around, found[:number], ROOM) & inside
        away = np.zeros(len(around))
        if star is not None:
            away = np.hypot(*(around - star).T)
            free &= away >= STAR - EXACT
        places = np.flatnonzero(free)
        if len(places):
            ring = (places - 1) // len(ANGLES)
            nearest = places[ring == ring[0]]
            found[number] = around[nearest[np.argmax(away[nearest])]]
    return found


def _free(places: np.ndarray, taken: np.ndarray, apart: float) -> np.ndarray:
    distances = np.hypot(*np.moveaxis(places[:, None] - taken[None], 2, 0))
    return np.asarray((distances >= apart - EXACT).all(axis=1))


def _inside(places: np.ndarray, frame: Sequence[float]) -> np.ndarray:
    edge = SIZE / 2
    return np.asarray(((places >= edge) & (places <= np.asarray(frame) - edge)).all(axis=1))


def badge_places(
    projection: Projection, retrieval: Retrieval | None, star: np.ndarray | None, view: Viewport
) -> np.ndarray:
    """Give float32 (n, dimensions): where the number of each passage stands, in the order of `shown_passages`.

    On a map of three dimensions, which turns, each stands on its point.
    """
    _, rows = shown_passages(projection, retrieval)
    places = projection.coordinates[rows]
    if not len(rows) or places.shape[1] != 2:
        return places
    points = np.column_stack(view.to_pixels(*places.astype(np.float64).T))[::-1]
    middle = None if star is None else np.array(view.to_pixels(*star.astype(np.float64)))
    moved = spread(points, middle, view.size)
    x, y = view.to_data(*moved.T)
    changed = (moved != points).any(axis=1, keepdims=True)
    there = np.where(changed, np.column_stack([x, y]), places[::-1])
    return there[::-1].astype(np.float32)
