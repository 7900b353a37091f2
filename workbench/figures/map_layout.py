"""The layout of a map: its frame, and what is written and drawn over the points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.figures.map_data import frame, place_star
from workbench.figures.palette import theme
from workbench.figures.passages import AXES

if TYPE_CHECKING:
    from workbench.records import Projection, Retrieval

__all__ = ["map_layout"]

CAMERA = {"eye": {"x": 0.7, "y": 0.7, "z": 0.7}, "projection": {"type": "orthographic"}}


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
