"""What each trace of a map is, whatever it shows."""

from __future__ import annotations

from typing import Any

from workbench.figures.map_color import KEYS
from workbench.figures.palette import Theme
from workbench.figures.passages import LINE_WIDTHS, QUERY_SIZE, QUERY_SIZE_3D

__all__ = ["DRAWN", "WEBGL", "fixed_traces", "trace_names"]

WEBGL = "-gl"
"""Ends the names of the traces drawn with WebGL. A browser paints all of WebGL over all of SVG, so either all
traces of a map that have points are of the one kind or of the other."""
# rings lie under the points, so that a large selection hides no colour; the star lies under the numbers, which
# are read, and is the larger
DRAWN = ("selected", "points", *(f"lines {i}" for i in range(len(LINE_WIDTHS))), "anchor", "query", "passages")
"""The traces that have points, in drawing order."""


def trace_names(dimensions: int) -> tuple[str, ...]:
    """Give the names of the traces in drawing order; they are the same for every map of that many dimensions."""
    webgl = () if dimensions == 3 else tuple(name + WEBGL for name in DRAWN)
    return (*DRAWN, *webgl, *(f"key {i}" for i in range(KEYS)))


def fixed_traces(dimensions: int, colors: Theme) -> dict[str, dict[str, Any]]:
    """Give the properties of each trace that no data change."""
    kind = "scatter3d" if dimensions == 3 else "scatter"
    drawn = {name: {"type": kind, "showlegend": False, **trace} for name, trace in _drawn(dimensions, colors).items()}
    if dimensions == 2:
        for name in ("selected", "anchor", "passages", "query"):
            # a lasso fades what it leaves out; these are not what it chooses from
            drawn[name] = {**drawn[name], "unselected": {"marker": {"opacity": 1}}}
        drawn |= {name + WEBGL: {**trace, "type": "scattergl"} for name, trace in drawn.items()}
    key = {"type": kind, "mode": "markers", "hoverinfo": "skip", "marker": {"size": 9, "symbol": "circle"}}
    return drawn | {f"key {i}": key for i in range(KEYS)}


def _drawn(dimensions: int, colors: Theme) -> dict[str, dict[str, Any]]:
    ring = {"mode": "markers", "hoverinfo": "skip"}
    told = {"hovertemplate": "%{hovertext}<extra></extra>"}
    found: dict[str, dict[str, Any]] = {
        "points": {
            "mode": "markers",
            "marker": {"cmin": 0, "cmax": 1, "showscale": False, "line": {"width": 0}},
        },
        "selected": {**ring, "marker": {"symbol": "circle-open", "line": {"width": 1.5}}},
        "anchor": {
            **ring,
            "marker": {"symbol": "circle-open", "size": 18, "color": colors.anchor, "line": {"width": 3}},
        },
        "passages": {
            **told,
            "mode": "markers+text",
            "textposition": "middle center",
            "marker": {"opacity": 1, "symbol": "circle"},
            "textfont": {"size": 11},
        },
        "query": {
            **told,
            "mode": "markers",
            "marker": {
                "symbol": "diamond" if dimensions == 3 else "star",  # 3-D has no star
                "size": QUERY_SIZE_3D if dimensions == 3 else QUERY_SIZE,
                "color": colors.text,
                "line": {"color": colors.background, "width": 1.5},
            },
        },
    }
    for number, width in enumerate(LINE_WIDTHS):
        line = {"color": colors.text, "width": width}
        found[f"lines {number}"] = {"mode": "lines", "hoverinfo": "skip", "opacity": 0.55, "line": line}
    return found
