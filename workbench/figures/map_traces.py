"""The traces of a map, as plain dictionaries: the static figure and the live one are both made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.figures.badges import badge_places
from workbench.figures.map_color import KEYS, Coloring
from workbench.figures.map_data import FULL_LABELS, place_expansions, place_star, point_labels, point_size, rows_of
from workbench.figures.map_fields import Fields, color_points
from workbench.figures.map_sample import WEBGL_FROM, drawn_rows, uses_webgl
from workbench.figures.overlays import PLOT_SIZE, viewport
from workbench.figures.palette import Theme, theme
from workbench.figures.passages import AXES, line_traces, passage_trace, positions, query_trace
from workbench.figures.text import plain
from workbench.figures.trace_styles import WEBGL, fixed_traces, trace_names

if TYPE_CHECKING:
    from workbench.records import Chunk, Clustering, Projection, Retrieval

__all__ = ["PARTS", "WEBGL_FROM", "map_traces"]

MANY = 200
"""Selected points from which their rings are faint."""
PARTS = ("points", "labels", "selected", "anchor", "query", "passages", "key")
"""What changes together: `query` is the star and its lines."""
Trace = dict[str, Any]


def map_traces(
    projection: Projection,
    chunks: Sequence[Chunk] | Mapping[str, Chunk],
    *,
    color: str = "source",
    fields: Fields = MappingProxyType({}),
    at_least: float | None = None,
    clustering: Clustering | None = None,
    retrieval: Retrieval | None = None,
    in_prompt: Collection[int] | None = None,
    cited: Collection[int] | None = None,
    focus: int = 0,
    selection: Sequence[str] = (),
    anchor: str = "",
    size: tuple[int, int] = PLOT_SIZE,
    webgl: bool | None = None,
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
        A name in `fields`, `source`, `similarity`, `cluster` or a metadata field.
    fields
        Further values to colour by, each in the order of `projection.ids`: numbers get a continuous scale (NaN is
        grey), everything else groups. They win over metadata of the same name.
    at_least
        Where numbers colour the map, points below this one are faint, and the key counts the others.
    clustering
        Names the clusters in the key, and colours by `cluster` where `fields` has no such column.
    retrieval
        What the question found: its star, lines and numbered passages.
    in_prompt
        Ranks of the passages in the prompt; the others are drawn hollow. None fills all.
    cited
        Ranks of the passages that the answer cites: full, with a strong edge, while those in the prompt that it does
        not cite have a light fill. None makes no such difference.
    focus
        Rank of the passage drawn larger; 0 for none.
    selection
        Chunk ids that get a ring.
    anchor
        Id of the chunk from which similarity is shown; it gets a ring of its own.
    size
        Width and height in pixels of the area in which points are drawn: from it follows which numbers of passages
        stand beside their points, so that none covers another or the star.
    webgl
        None draws with WebGL from `WEBGL_FROM` points; False never does, and draws a sample above `SVG_MOST`
        points: see `drawn_rows`. In 3-D there is WebGL only.
    dark
        Colours for a dark page.
    parts
        Of `PARTS`. A live map that has all of them leaves out what a change cannot have touched; `labels` of
        5,000 points take some 30 ms.

    Returns
    -------
    dict
        Name (`trace_names`) to plotly properties; arrays are float32, text is escaped. Above `FULL_LABELS` points
        there are no labels, and pointing at one only tells which it is.

    Raises
    ------
    InputError
        If no chunk has the field to colour by, or a column of `fields` is not as long as the projection.
    """
    known = chunks if isinstance(chunks, Mapping) else {chunk.id: chunk for chunk in chunks}
    colors, dimensions = theme(dark), projection.coordinates.shape[1]
    coloring = color_points(
        color, projection, known, retrieval, colors, fields=fields, at_least=at_least, clustering=clustering
    )
    rows = drawn_rows(projection, retrieval, selection, anchor, webgl=webgl)
    found: dict[str, Trace] = {}
    if "points" in parts:
        found["points"] = _cloud(projection, coloring, colors, retrieval is not None, rows)
    if "labels" in parts:
        found["points"] = {**found.get("points", {}), **_labels(projection, known, rows)}
    if "selected" in parts:
        found["selected"] = _rings(projection, selection, colors)
    if "anchor" in parts:
        at = rows_of(projection.ids).get(anchor) if anchor else None
        found["anchor"] = positions(projection.coordinates[[] if at is None else [at]])
    if not {"query", "passages"}.isdisjoint(parts):
        star = place_star(projection, retrieval)
        places = badge_places(projection, retrieval, star, viewport(projection, star, size))
        numbers = passage_trace(
            projection, retrieval, coloring, colors, places, in_prompt=in_prompt, cited=cited, focus=focus
        )
        asked = {**_asked(projection, retrieval, star, places), "passages": numbers}
        found |= {name: one for name, one in asked.items() if ("passages" if name == "passages" else "query") in parts}
    if dimensions == 2:
        found = _of_one_kind(found, webgl=uses_webgl(projection, webgl))
    if "key" in parts:
        found |= _keys(coloring, dimensions)
    fixed = fixed_traces(dimensions, colors)
    return {name: _merge(fixed[name], found[name]) for name in trace_names(dimensions) if name in found}


def _asked(
    projection: Projection, retrieval: Retrieval | None, star: np.ndarray | None, places: np.ndarray
) -> dict[str, Trace]:
    """Give the star and its lines."""
    others = place_expansions(projection, retrieval)
    lines = enumerate(line_traces(projection, retrieval, star, places))
    drawn = query_trace(star, retrieval, projection.coordinates.shape[1], others)
    return {"query": drawn, **{f"lines {number}": line for number, line in lines}}


def _cloud(projection: Projection, coloring: Coloring, colors: Theme, dimmed: bool, rows: np.ndarray) -> Trace:
    """Give the points that are drawn; dimmed where passages are to stand out."""
    return {
        **positions(projection.coordinates[rows]),
        "marker": {
            "color": coloring.codes[rows],
            "colorscale": [list(step) for step in coloring.scale],
            "size": _size(projection),
            "opacity": colors.dimmed if dimmed else colors.opacity,
        },
    }


def _labels(projection: Projection, chunks: Mapping[str, Chunk], rows: np.ndarray) -> Trace:
    """Give what pointing at a point says; labels of many points weigh megabytes."""
    if len(rows) > FULL_LABELS:
        return {"text": [], "hovertemplate": "", "hoverinfo": "none"}
    shown = point_labels([projection.ids[row] for row in rows.tolist()], chunks)
    return {"text": shown, "hovertemplate": "%{text}<extra></extra>", "hoverinfo": "all"}


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
