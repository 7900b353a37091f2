"""The map as a figure, and in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from workbench.figures.map_layout import map_layout
from workbench.figures.map_traces import map_traces
from workbench.figures.text import plain
from workbench.projection.place import is_exact

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.records import Chunk, Projection, Retrieval

__all__ = ["FAITHFUL", "describe_map", "map_figure"]

FAITHFUL = 0.5
"""Share of true neighbours from which a UMAP picture's groups are called trustworthy."""


def map_figure(
    projection: Projection,
    chunks: Sequence[Chunk],
    *,
    color: str = "source",
    retrieval: Retrieval | None = None,
    dark: bool = False,
    selection: Sequence[str] = (),
    title: str | None = None,
    in_prompt: Collection[int] | None = None,
) -> go.Figure:
    """Draw the map: the static twin of the live one, from the same traces.

    Parameters
    ----------
    projection, chunks, color, retrieval, selection, in_prompt
        As in `map_traces`.
    dark
        Colours for a dark page; the figure itself has no background.
    title
        Shown above the map, as it stands.

    Returns
    -------
    plotly.graph_objects.Figure
        `layout.meta` holds the sentence of `describe_map` (`summary`) and the colours of both themes.

    Raises
    ------
    InputError
        If no chunk has the field to colour by.
    """
    import plotly.graph_objects as go

    def traces(for_dark: bool) -> dict[str, dict[str, Any]]:
        return map_traces(
            projection,
            chunks,
            color=color,
            retrieval=retrieval,
            in_prompt=in_prompt,
            selection=selection,
            dark=for_dark,
        )

    drawn, other = traces(dark), traces(not dark)
    layout, other_layout = (map_layout(projection, retrieval, dark=which) for which in (dark, not dark))
    figure = go.Figure(data=[{"name": name, **trace} for name, trace in drawn.items()], layout=layout)
    themes = {dark: theme_patch(other, drawn, layout), not dark: theme_patch(drawn, other, other_layout)}
    meta = {"summary": describe_map(projection, retrieval), "light": themes[False], "dark": themes[True]}
    figure.update_layout(meta=meta, height=560)
    if title:
        figure.update_layout(title={"text": plain(title)}, margin={"t": 40})
    return figure


def theme_patch(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]], layout: dict[str, Any]
) -> dict[str, Any]:
    """Give what turns one theme's traces and layout into another's: `traces` (number, properties) and `layout`."""
    pairs = enumerate(zip(before.values(), after.values(), strict=True))
    changes = ((number, _changes(first, second)) for number, (first, second) in pairs)
    return {
        "traces": [[number, change] for number, change in changes if change],
        "layout": {
            "font.color": layout["font"]["color"],
            "hoverlabel.bgcolor": layout["hoverlabel"]["bgcolor"],
            "hoverlabel.font.color": layout["hoverlabel"]["font"]["color"],
        },
    }


def _changes(before: dict[str, Any], after: dict[str, Any], path: str = "") -> dict[str, Any]:
    """Give the colours, scales and opacities that differ, as `marker.color`: value."""
    found: dict[str, Any] = {}
    for key, value in after.items():
        if isinstance(value, dict):
            found |= _changes(before[key], value, f"{path}{key}.")
        elif isinstance(value, str | float | list) and value != before[key]:
            found[path + key] = value
    return found


def describe_map(projection: Projection, retrieval: Retrieval | None = None) -> str:
    """Say what the map shows and how far it can be trusted, in plain sentences.

    PCA is an orthogonal projection: a distance on the map is never longer than the true one, so what lies apart
    is apart, and what lies together need not be. UMAP keeps neighbours and gives distances up.
    """
    n = len(projection)
    if not n:
        return "No passages to show yet."
    parts = [f"{n:,} passage{'s' if n > 1 else ''}"]
    if projection.trust is not None:
        parts.append(f"{round(100 * projection.trust)} of 100 true neighbours are neighbours here too")
    sentences = ["; ".join(parts) + "."]
    if n > 1:
        sentences.append(_reading(projection))
    if retrieval is not None:
        exact = is_exact(projection, retrieval.vector)
        sentences.append("The star is placed exactly." if exact else "The star is placed by its passages.")
    return " ".join(sentences)


def _reading(projection: Projection) -> str:
    if projection.method == "pca":
        return "What lies apart here is apart, what lies together need not be."
    if projection.trust is None or projection.trust >= FAITHFUL:
        return "Groups can be trusted, distances between them cannot."
    return "Groups are a hint, single neighbours and distances cannot be trusted."
