"""Two maps of the same chunks side by side, as two embedding models see them."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.figures.map import theme_patch
from workbench.figures.map_color import KEYS, Coloring
from workbench.figures.map_data import FULL_LABELS, frame, point_labels, point_size, rows_of
from workbench.figures.map_fields import Fields, color_points
from workbench.figures.map_layout import page_layout
from workbench.figures.map_sample import uses_webgl
from workbench.figures.palette import Theme, theme
from workbench.figures.passages import positions
from workbench.figures.quiet import figure_class
from workbench.figures.text import plain, shorten

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.records import Chunk, Projection, TwinMaps

__all__ = ["SIDES", "describe_twin", "twin_figure", "twin_layout", "twin_traces"]

SIDES = ("left", "right")
"""Names of the two traces with points; `left selected` and `right selected` are the rings."""
AXES = {"left": ("x", "y"), "right": ("x2", "y2")}
DOMAINS = {"left": [0.0, 0.49], "right": [0.51, 1.0]}
LONGEST = 48
"""Characters of a model's name above its map."""
Trace = dict[str, Any]


def twin_figure(
    twin: TwinMaps,
    chunks: Sequence[Chunk],
    *,
    color: str = "source",
    fields: Fields = MappingProxyType({}),
    selection: Sequence[str] = (),
    dark: bool = False,
) -> go.Figure:
    """Draw two maps side by side, every chunk in the same colour in both.

    Parameters
    ----------
    twin
        The two maps.
    chunks, fields, selection, dark
        As in `map_traces`.
    color
        As in `map_traces`, or `kept`: the share of a chunk's neighbours that it keeps from one model to the other.

    Returns
    -------
    plotly.graph_objects.Figure
        As that of `map_figure`; `write_map_html` writes it too.

    Raises
    ------
    InputError
        If no chunk has the field to colour by, or a column of `fields` is not as long as the maps.
    """
    drawn, other = (
        twin_traces(twin, chunks, color=color, fields=fields, selection=selection, dark=which)
        for which in (dark, not dark)
    )
    page, other_page = twin_layout(twin, dark=dark), twin_layout(twin, dark=not dark)
    figure = figure_class()(data=[{"name": name, **trace} for name, trace in drawn.items()], layout=page)
    themes = {dark: theme_patch(other, drawn, page), not dark: theme_patch(drawn, other, other_page)}
    meta = {"summary": describe_twin(twin), "light": themes[False], "dark": themes[True]}
    figure.update_layout(meta=meta, height=520)
    return figure


def twin_traces(
    twin: TwinMaps,
    chunks: Sequence[Chunk],
    *,
    color: str = "source",
    fields: Fields = MappingProxyType({}),
    selection: Sequence[str] = (),
    dark: bool = False,
) -> dict[str, Trace]:
    """Give the traces of `twin_figure` by name; rows of `left` and `right` are those of the maps."""
    known, colors = {chunk.id: chunk for chunk in chunks}, theme(dark)
    columns = {"kept": twin.kept, **fields}
    coloring = color_points(color, twin.left, known, None, colors, fields=columns)
    kind = "scattergl" if uses_webgl(twin.left) else "scatter"
    labels = point_labels(twin.left.ids, known) if len(twin) <= FULL_LABELS else []
    found: dict[str, Trace] = {}
    for side, projection in zip(SIDES, (twin.left, twin.right), strict=True):
        place = {"type": kind, "mode": "markers", "showlegend": False} | _axes(side)
        found[f"{side} selected"] = {**place, **_rings(projection, selection, colors), "hoverinfo": "skip"}
        found[side] = {**place, **_points(projection, coloring, colors), **_labels(labels)}
    for i in range(KEYS):
        label, shade = coloring.keys[i] if i < len(coloring.keys) else ("", "#000000")
        key = {"type": kind, "mode": "markers", "hoverinfo": "skip", "marker": {"size": 9, "color": shade}}
        found[f"key {i}"] = {**key, "x": [None], "y": [None], "name": plain(label), "showlegend": bool(label)}
    return found


def twin_layout(twin: TwinMaps, *, dark: bool = False) -> dict[str, Any]:
    """Give the layout of `twin_figure`: equal units within each map, and the model's name above it."""
    colors = theme(dark)
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    layout = {**page_layout(colors), "dragmode": "pan", "annotations": []}
    for side, projection, model in zip(SIDES, (twin.left, twin.right), twin.models, strict=True):
        x, y = AXES[side]
        across, up = frame(projection, None)[:2]
        layout[f"xaxis{x[1:]}"] = {**axis, "domain": DOMAINS[side], "range": across, "anchor": y}
        layout[f"yaxis{y[1:]}"] = {**axis, "range": up, "anchor": x, "scaleanchor": x, "scaleratio": 1}
        layout["annotations"].append(_heading(model, sum(DOMAINS[side]) / 2, colors))
    return layout


def describe_twin(twin: TwinMaps) -> str:
    """Say what the two maps show, and what may be compared between them."""
    n = len(twin)
    if not n:
        return "No passages to show yet."
    said = f"{n:,} passage{'s' if n > 1 else ''} as two models see them."
    known = twin.kept[np.isfinite(twin.kept)]
    if n > 1 and len(known):
        said += (
            f" On average, {round(100 * float(known.mean()))} of 100 nearest neighbours (of {twin.k} each) in the left "
            "model's space are neighbours in the right one's too: measured on the vectors, not on the pictures."
        )
    return f"{said} The right map is turned to lie like the left; places in the two cannot be compared otherwise."


def _axes(side: str) -> Trace:
    x, y = AXES[side]
    return {"xaxis": x, "yaxis": y}


def _points(projection: Projection, coloring: Coloring, colors: Theme) -> Trace:
    marker = {
        "color": coloring.codes,
        "colorscale": [list(step) for step in coloring.scale],
        "cmin": 0,
        "cmax": 1,
        "showscale": False,
        "size": point_size(len(projection)),
        "opacity": colors.opacity,
        "line": {"width": 0},
    }
    return {**positions(projection.coordinates[:, :2]), "marker": marker}


def _labels(labels: list[str]) -> Trace:
    return {"text": labels, "hovertemplate": "%{text}<extra></extra>"} if labels else {"hoverinfo": "none"}


def _rings(projection: Projection, selection: Sequence[str], colors: Theme) -> Trace:
    known = rows_of(projection.ids) if selection else {}
    rows = sorted(known[chunk_id] for chunk_id in set(selection) if chunk_id in known)
    size = point_size(len(projection)) + 5
    marker = {"symbol": "circle-open", "size": size, "color": colors.text, "line": {"width": 1.5}}
    return {**positions(projection.coordinates[np.array(rows, dtype=np.int64), :2]), "marker": marker}


def _heading(model: str, x: float, colors: Theme) -> dict[str, Any]:
    return {
        "text": plain(shorten(model, LONGEST, keep_end=True)),
        "x": x,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "center",
        "yanchor": "top",
        "showarrow": False,
        "font": {"size": 13, "color": colors.text},
    }
