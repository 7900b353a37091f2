"""Which points of a large map are drawn, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.figures.map_data import rows_of

if TYPE_CHECKING:
    from workbench.records import Projection, Retrieval

__all__ = ["SVG_MOST", "WEBGL_FROM", "drawn_rows", "sample_note", "sample_rows", "uses_webgl"]

WEBGL_FROM = 3000
"""Points from which the browser draws with WebGL; below, SVG is as fast and needs no graphics driver."""
SVG_MOST = 20_000
"""Points that a browser can still draw without WebGL."""


def uses_webgl(projection: Projection, webgl: bool | None = None) -> bool:
    """Tell whether a map is drawn with WebGL: as asked, or by its size."""
    return len(projection) >= WEBGL_FROM if webgl is None else webgl


def drawn_rows(
    projection: Projection,
    retrieval: Retrieval | None = None,
    selection: Sequence[str] = (),
    anchor: str = "",
    *,
    webgl: bool | None = None,
) -> np.ndarray:
    """Give int64 (m,): the rows of the projection that the trace `points` holds, in its order.

    All of them, but above `SVG_MOST` without WebGL a sample, which has every passage, selected chunk and anchor.
    """
    if projection.coordinates.shape[1] == 3 or uses_webgl(projection, webgl):
        return np.arange(len(projection))
    return sample_rows(projection, SVG_MOST, retrieval, selection, anchor)


def sample_rows(
    projection: Projection, most: int, retrieval: Retrieval | None, selection: Sequence[str], anchor: str
) -> np.ndarray:
    """Give int64 rows in rising order: all of them, or `most`, always the same, and those that must not be missing.

    What must be there takes the place of others; only if that alone is more than `most`, the sample is larger.
    """
    n = len(projection)
    if n <= most:
        return np.arange(n)
    known = rows_of(projection.ids)
    passages = () if retrieval is None else tuple(passage.chunk.id for passage in retrieval.passages)
    wanted = {known[chunk_id] for chunk_id in (*passages, *selection, anchor) if chunk_id in known}
    order = np.random.default_rng(0).permutation(n)
    first = np.fromiter(wanted, dtype=np.int64, count=len(wanted))
    others = order[~np.isin(order, first)]
    return np.sort(np.concatenate([first, others[: max(0, most - len(first))]]))


def sample_note(drawn: int, n: int) -> str:
    """Say that not every point is drawn; empty if all are."""
    return f"{drawn:,} of {n:,} points are drawn" if drawn < n else ""
