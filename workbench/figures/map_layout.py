"""The layout of a map: its frame, and what is written and drawn over the points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.figures.map_data import frame, place_star
from workbench.figures.map_sample import drawn_rows, sample_note
from workbench.figures.overlays import PLOT_SIZE, Viewport, cluster_labels, ellipse, viewport
from workbench.figures.palette import Theme, theme
from workbench.figures.passages import AXES
from workbench.figures.text import plain

if TYPE_CHECKING:
    from workbench.figures.labels import Label
    from workbench.records import Clustering, Projection, Region, Retrieval

__all__ = ["map_layout", "page_layout"]

CAMERA = {"eye": {"x": 0.7, "y": 0.7, "z": 0.7}, "projection": {"type": "orthographic"}}
LABEL_SIZE = 12


def map_layout(
    projection: Projection,
    retrieval: Retrieval | None = None,
    *,
    clustering: Clustering | None = None,
    regions: Sequence[Region] = (),
    selection: Sequence[str] = (),
    anchor: str = "",
    size: tuple[int, int] = PLOT_SIZE,
    webgl: bool | None = None,
    dark: bool = False,
) -> dict[str, Any]:
    """Give the layout of a map: no ticks, equal units on all axes, the page's own background.

    Parameters
    ----------
    projection, retrieval, selection, anchor, webgl
        As in `map_traces`; where these make a sample of the points, a corner says so.
    clustering
        Its clusters are named on a map of two dimensions, the largest first, where there is room.
    regions
        Parts of a map of two dimensions that get a dashed outline: the least trustworthy ones.
    size
        Width and height in pixels of the area in which points are drawn, the legend not counted: from it follows
        which labels have room.
    dark
        Colours for a dark page.

    Returns
    -------
    dict
        plotly properties; `annotations` and `shapes` are always there, so that an update takes old ones away.
    """
    colors = theme(dark)
    star = place_star(projection, retrieval)
    ranges = frame(projection, star)
    layout = page_layout(colors)
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    drawn = len(drawn_rows(projection, retrieval, selection, anchor, webgl=webgl))
    sampled = sample_note(drawn, len(projection))
    written = [_corner(sampled, colors)] if sampled else []
    if len(ranges) == 3:
        axes = {
            f"{name}axis": {**axis, "range": limits, "showspikes": False}
            for name, limits in zip(AXES, ranges, strict=True)
        }
        scene = {**axes, "aspectmode": "data", "bgcolor": "rgba(0,0,0,0)", "camera": CAMERA}
        return {**layout, "scene": scene, "dragmode": "orbit", "annotations": written, "shapes": []}
    across, up = ranges
    equal = {"scaleanchor": "x", "scaleratio": 1}
    view = viewport(projection, star, size)
    return {
        **layout,
        "xaxis": {**axis, "range": across},
        "yaxis": {**axis, **equal, "range": up},
        "dragmode": "pan",
        "annotations": [
            *_annotations(cluster_labels(clustering, projection, retrieval, view, LABEL_SIZE), view, colors),
            *written,
        ],
        "shapes": _outlines(projection, regions, colors),
    }


def page_layout(colors: Theme) -> dict[str, Any]:
    """Give what is the same for every map."""
    return {
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


def _annotations(labels: Sequence[Label], view: Viewport, colors: Theme) -> list[dict[str, Any]]:
    """Give the names of clusters, each on a halo of the page's colour."""
    found = []
    for label in labels:
        x, y = view.to_data(label.x, label.y)
        found.append(_text(plain(label.text), x, y, colors, size=LABEL_SIZE, color=colors.text))
    return found


def _corner(text: str, colors: Theme) -> dict[str, Any]:
    paper = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {**_text(plain(text), 0.01, 0.01, colors, size=11, color=colors.muted), **paper}


def _text(text: str, x: float, y: float, colors: Theme, *, size: int, color: str) -> dict[str, Any]:
    channels = ",".join(str(int(colors.background[i : i + 2], 16)) for i in (1, 3, 5))
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "x",
        "yref": "y",
        "xanchor": "center",
        "yanchor": "middle",
        "showarrow": False,
        "bgcolor": f"rgba({channels},0.8)",
        "borderpad": 1,
        "font": {"size": size, "color": color},
    }


def _outlines(projection: Projection, regions: Sequence[Region], colors: Theme) -> list[dict[str, Any]]:
    line = {"color": colors.muted, "width": 1.5, "dash": "dash"}
    found = []
    for region in regions:
        outline = ellipse(projection, region)
        if outline is not None:
            x, y, across, up = outline
            box = {"x0": x - across, "x1": x + across, "y0": y - up, "y1": y + up}
            found.append({"type": "circle", "xref": "x", "yref": "y", **box, "line": line, "layer": "above"})
    return found
