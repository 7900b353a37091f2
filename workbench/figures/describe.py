"""What a map shows and how far it can be read, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.figures.map_sample import sample_note
from workbench.projection.place import is_exact

if TYPE_CHECKING:
    from workbench.records import Projection, Retrieval

__all__ = ["FAITHFUL", "describe_map"]

FAITHFUL = 0.5
"""Share of true neighbours from which a UMAP picture's groups are called trustworthy."""
SAMPLED_FROM = 2000
"""Points above which the trust figure is measured on a sample, unless it is known point by point."""
FEW = 15
"""Points below which UMAP has fewer neighbours to go by than it asks for."""


def describe_map(projection: Projection, retrieval: Retrieval | None = None, *, drawn: int | None = None) -> str:
    """Say what the map shows and what may be read from it, in plain sentences.

    PCA is an orthogonal projection: a distance on the map is never longer than the true one, so what lies apart
    is apart, and what lies together need not be; as many points as dimensions and one more lose nothing. UMAP keeps
    neighbours and gives distances up.

    Parameters
    ----------
    projection, retrieval
        As in `map_traces`.
    drawn
        Points that are drawn, if not all are.
    """
    n = len(projection)
    if not n:
        return "No passages to show yet."
    sentences = [_contents(projection)]
    if n > 1:
        sentences.append(_reading(projection))
    later = 0 if projection.placed is None else int(np.count_nonzero(projection.placed))
    if later == 1:
        sentences.append("1 passage came later and was put beside its neighbours; lay the map out again to include it.")
    elif later:
        sentences.append(
            f"{later:,} passages came later and were put beside their neighbours; "
            "lay the map out again to include them."
        )
    if drawn is not None and drawn < n:
        sentences.append(f"{sample_note(drawn, n)}.")
    if retrieval is not None:
        sentences.append(_star(projection, retrieval))
    return " ".join(sentences)


def _contents(projection: Projection) -> str:
    n = len(projection)
    count = f"{n:,} passage{'s' if n > 1 else ''}"
    if projection.trust is None:
        return f"{count}."
    sampled = n > SAMPLED_FROM if projection.kept is None else bool(np.isnan(projection.kept).any())
    share = f"{round(100 * projection.trust)} of 100 true neighbours are neighbours here too"
    return f"{count}; {share}{', measured on a sample' if sampled else ''}."


def _reading(projection: Projection) -> str:
    n, dimensions = projection.coordinates.shape
    if projection.method == "pca":
        if n <= dimensions + 1:
            return "With so few, every distance here is a true one."
        return "What lies apart here is apart, what lies together need not be."
    if n < FEW:
        return "With so few, UMAP's picture says little: go by the scores."
    if projection.trust is None or projection.trust >= FAITHFUL:
        return "Groups can be trusted; their sizes and the distances between them cannot."
    return "Groups are a hint; single neighbours and distances cannot be trusted."


def _star(projection: Projection, retrieval: Retrieval) -> str:
    if is_exact(projection, retrieval.vector):
        return "The star is placed exactly, by the formula that placed the passages."
    return "The star is approximate: it lies among the passages most like the question."
