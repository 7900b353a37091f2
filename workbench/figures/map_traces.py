"""The traces and layout of a map, as plain dictionaries: the static figure and the live one are both made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.figures.map_color import KEYS, Coloring
from workbench.figures.map_data import color_points, frame, place_star, point_labels, point_size, rows_of
from workbench.figures.palette import Theme, theme
from workbench.figures.passages import AXES, LINE_WIDTHS, line_traces, passage_trace, positions, query_trace
from workbench.figures.text import plain

if TYPE_CHECKING:
    from workbench.records import Chunk, Projection, Retrieval

__all__ = ["PARTS", "WEBGL_FROM", "map_layout", "map_traces", "trace_names"]

WEBGL_FROM = 3000
"""Points from which the browser draws with WebGL; below, SVG is as fast and needs no graphics driver."""
WEBGL = "-gl"
"""Ends the names of the traces drawn with WebGL. A browser paints all of WebGL over all of SVG, so either all
traces of a map that have points are of the one kind or of the other."""
MANY = 200
"""Selected points from which their rings are faint."""
CAMERA = {"eye": {"x": 0.7, "y": 0.7, "z": 0.7}, "projection": {"type": "orthographic"}}
PARTS = ("points", "labels", "selected", "query", "passages", "key")
"""What changes together: `query` is the star and its lines."""
Trace = dict[str, Any]


def trace_names(dimensions: int) -> tuple[str, ...]:
    """Give the names of the traces in drawing order; they are the same for every map of that many dimensions."""
    lines = tuple(f"lines {i}" for i in range(len(LINE_WIDTHS)))
    # rings lie under the points, so that a large selection hides no colour; the star lies under the numbers, which
    # are read, and is the larger
    drawn = ("selected", "points", *lines, "query", "passages")
    webgl = () if dimensions == 3 else tuple(name + WEBGL for name in drawn)
    return (*drawn, *webgl, *(f"key {i}" for i in range(KEYS)))


def map_traces(
    projection: Projection,
    chunks: Sequence[Chunk] | Mapping[str, Chunk],
    *,
    color: str = "source",
    retrieval: Retrieval | None = None,
    in_prompt: Collection[int] | None = None,
    focus: int = 0,
    selection: Sequence[str] = (),
    dark: bool = False,
    parts: Collection[str] = PARTS,
) -> dict[str, Trace]:
    """Give every trace of a map by name, complete; or only what some parts of them need.

    Parameters
    ----------
    projection
        Where the points lie.
    chunks
        The chunks, in any order; those without a point are not shown.
    color
        `source`, `similarity` or a metadata field.
    retrieval
        What the question found: its star, lines and numbered passages.
    in_prompt
        Ranks of the passages in the prompt; the others are drawn hollow. None fills all.
    focus
        Rank of the passage drawn larger; 0 for none.
    selection
        Chunk ids that get a ring.
    dark
        Colours for a dark page.
    parts
        Of `PARTS`. A live map that has all of them leaves out what a change cannot have touched; `labels` of
        20,000 points take a tenth of a second.

    Returns
    -------
    dict
        Name (`trace_names`) to plotly properties; arrays are float32, text is escaped.

    Raises
    ------
    InputError
        If no chunk has the field to colour by.
    """
    known = chunks if isinstance(chunks, Mapping) else {chunk.id: chunk for chunk in chunks}
    colors, dimensions = theme(dark), projection.coordinates.shape[1]
    coloring = color_points(color, projection, known, retrieval, colors)
    star = place_star(projection, retrieval)
    found: dict[str, Trace] = {}
    if "points" in parts:
        found["points"] = _cloud(projection, coloring, colors, retrieval is not None)
    if "labels" in parts:
        found.setdefault("points", {})["text"] = point_labels(projection, known)
    if "selected" in parts:
        found["selected"] = _rings(projection, selection, colors)
    if "query" in parts:
        found["query"] = query_trace(star, retrieval, dimensions)
        for number, line in enumerate(line_traces(projection, retrieval, star)):
            found[f"lines {number}"] = line
    if "passages" in parts:
        found["passages"] = passage_trace(projection, retrieval, coloring, colors, in_prompt=in_prompt, focus=focus)
    if dimensions == 2:
        found = _of_one_kind(found, webgl=len(projection) >= WEBGL_FROM)
    if "key" in parts:
        found |= _keys(coloring, dimensions)
    fixed = _fixed(dimensions, colors)
    return {name: _merge(fixed[name], found[name]) for name in trace_names(dimensions) if name in found}


def map_layout(projection: Projection, retrieval: Retrieval | None = None, *, dark: bool = False) -> dict[str, Any]:
    """Give the layout of a map: no ticks, equal units on all axes, the page's own background."""
    colors = theme(dark)
    ranges = frame(projection, place_star(projection, retrieval))
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    layout: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": colors.muted},
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": colors.background, "font": {"color": colors.text}, "align": "left"},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": -0.02,
            "yanchor": "top",
            "itemclick": False,
            "itemdoubleclick": False,
            "itemsizing": "constant",
            "font": {"size": 11},
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": colors.muted, "activecolor": colors.text},
        "uirevision": "map",
        "showlegend": True,
    }
    if len(ranges) == 3:
        axes = {
            f"{name}axis": {**axis, "range": limits, "showspikes": False}
            for name, limits in zip(AXES, ranges, strict=True)
        }
        return {
            **layout,
            "scene": {**axes, "aspectmode": "data", "bgcolor": "rgba(0,0,0,0)", "camera": CAMERA},
            "dragmode": "orbit",
        }
    across, up = ranges
    equal = {"scaleanchor": "x", "scaleratio": 1}
    return {
        **layout,
        "xaxis": {**axis, "range": across},
        "yaxis": {**axis, **equal, "range": up},
        "dragmode": "pan",
    }


def _fixed(dimensions: int, colors: Theme) -> dict[str, Trace]:
    """Give what each trace is, whatever it shows."""
    kind = "scatter3d" if dimensions == 3 else "scatter"
    quiet = {"hoverinfo": "skip", "showlegend": False, "type": kind}
    told = {"showlegend": False, "type": kind}
    cloud = {
        **told,
        "mode": "markers",
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"cmin": 0, "cmax": 1, "showscale": False, "line": {"width": 0}},
    }
    ring = {**quiet, "mode": "markers", "marker": {"symbol": "circle-open", "line": {"width": 1.5}}}
    fixed: dict[str, Trace] = {"points": cloud, "selected": ring}
    for number, width in enumerate(LINE_WIDTHS):
        fixed[f"lines {number}"] = {
            **quiet,
            "mode": "lines",
            "opacity": 0.55,
            "line": {"color": colors.text, "width": width},
        }
    fixed["passages"] = {
        **told,
        "mode": "markers+text",
        "hovertemplate": "%{hovertext}<extra></extra>",
        "textposition": "middle center",
        "marker": {"opacity": 1, "symbol": "circle"},
        "textfont": {"size": 11},
    }
    fixed["query"] = {
        **told,
        "mode": "markers",
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {
            "symbol": "diamond" if dimensions == 3 else "star",  # 3-D has no star
            "size": 10 if dimensions == 3 else 22,
            "color": colors.text,
            "line": {"color": colors.background, "width": 1.5},
        },
    }
    if dimensions == 2:
        for name in ("selected", "passages", "query"):
            # a lasso fades what it leaves out; these are not what it chooses from
            fixed[name] = {**fixed[name], "unselected": {"marker": {"opacity": 1}}}
        fixed |= {name + WEBGL: {**trace, "type": "scattergl"} for name, trace in fixed.items()}
    key = {"type": kind, "mode": "markers", "hoverinfo": "skip", "marker": {"size": 9, "symbol": "circle"}}
    return fixed | {f"key {i}": key for i in range(KEYS)}


def _cloud(projection: Projection, coloring: Coloring, colors: Theme, dimmed: bool) -> Trace:
    """Give all points; dimmed where passages are to stand out."""
    return {
        **positions(projection.coordinates),
        "marker": {
            "color": coloring.codes,
            "colorscale": [list(step) for step in coloring.scale],
            "size": _size(projection),
            "opacity": colors.dimmed if dimmed else colors.opacity,
        },
    }


def _rings(projection: Projection, selection: Sequence[str], colors: Theme) -> Trace:
    """Give a ring around each selected point."""
    known = rows_of(projection.ids) if selection else {}
    rows = np.array(sorted(known[chunk_id] for chunk_id in set(selection) if chunk_id in known), dtype=np.int64)
    marker = {"size": _size(projection) + 5, "color": colors.text, "opacity": 1.0 if len(rows) < MANY else 0.4}
    return {**positions(projection.coordinates[rows]), "marker": marker}


def _size(projection: Projection) -> float:
    """Give the diameter of a point in pixels; in depth, near ones hide those behind them."""
    return point_size(len(projection)) * (0.6 if projection.coordinates.shape[1] == 3 else 1)


def _of_one_kind(traces: dict[str, Trace], webgl: bool) -> dict[str, Trace]:
    """Give each trace twice, once shown and once empty and hidden."""
    shown, hidden = (WEBGL, "") if webgl else ("", WEBGL)
    nothing = np.zeros(0, dtype=np.float32)
    empty = {"x": nothing, "y": nothing, "text": [], "hovertext": [], "customdata": []}
    found: dict[str, Trace] = {}
    for name, trace in traces.items():
        found[name + shown] = {**trace, "visible": True}
        found[name + hidden] = {**{key: empty[key] for key in empty if key in trace}, "visible": False}
    return found


def _keys(coloring: Coloring, dimensions: int) -> dict[str, Trace]:
    """Give one legend entry a colour; a trace without points, so that the points can be one trace."""
    nowhere = {axis: [None] for axis in AXES[:dimensions]}
    found: dict[str, Trace] = {}
    for i in range(KEYS):
        label, color = coloring.keys[i] if i < len(coloring.keys) else ("", "#000000")
        found[f"key {i}"] = {**nowhere, "name": plain(label), "showlegend": bool(label), "marker": {"color": color}}
    return found


def _merge(first: Trace, second: Trace) -> Trace:
    """Give both, the second winning; nested dictionaries are merged too."""
    both = {**first, **second}
    for key in first.keys() & second.keys():
        if isinstance(first[key], dict) and isinstance(second[key], dict):
            both[key] = _merge(first[key], second[key])
    return both
