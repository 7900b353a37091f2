"""Where the picture is least to be trusted."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from workbench.projection.picture import nearest_shown
from workbench.records import Projection, Region

__all__ = ["least_trusted"]

_found: WeakKeyDictionary[Projection, dict[tuple[int, int], tuple[Region, ...]]] = WeakKeyDictionary()
"""A search takes most of a second at 100,000 points, and a live map asks whenever it is drawn."""


def least_trusted(projection: Projection, count: int = 3, size: int = 30) -> tuple[Region, ...]:
    """Find the parts of the picture that keep the smallest share of true neighbours; once for each picture.

    A part is a point and those nearest to it in the picture. Every point's is looked at; the worst is taken, then
    the worst that shares no point with one taken.

    Parameters
    ----------
    projection
        A picture whose `kept` is known.
    count
        Parts wanted at most.
    size
        Points of a part; so few that all parts wanted and as large a rest fit into the picture.

    Returns
    -------
    tuple of Region
        The worst first, of equals that of the lower row. Only parts below the mean of the picture: none where `kept`
        is not known or the same everywhere.
    """
    known = _found.setdefault(projection, {})
    if (count, size) not in known:
        known[count, size] = _search(projection, count, size)
    return known[count, size]


def _search(projection: Projection, count: int, size: int) -> tuple[Region, ...]:
    n = len(projection)
    size = min(size, n // (count + 1)) if count > 0 else 0
    if projection.kept is None or size < 1:
        return ()
    parts = nearest_shown(projection.coordinates.astype(np.float64), size).reshape(n, size)
    # on a spot with many points the search may give the others alone
    missing = np.flatnonzero((parts != np.arange(n)[:, None]).all(axis=1))
    parts[missing, -1] = missing
    kept = projection.kept[parts].mean(axis=1, dtype=np.float64)
    taken, chosen = np.zeros(n, dtype=bool), list[int]()
    below = kept < projection.kept.mean(dtype=np.float64) - 1e-9
    for row in np.argsort(kept, kind="stable"):
        if len(chosen) == count or not below[row]:
            break
        if not taken[parts[row]].any():
            taken[parts[row]] = True
            chosen.append(int(row))
    return tuple(_region(projection, np.sort(parts[row]), kept[row]) for row in chosen)


def _region(projection: Projection, rows: np.ndarray, kept: float) -> Region:
    centre = projection.coordinates[rows].mean(axis=0, dtype=np.float64).astype(np.float32)
    return Region(tuple(projection.ids[row] for row in rows), centre, float(kept))
