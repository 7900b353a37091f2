"""The map as a figure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workbench.figures.describe import FAITHFUL, describe_map
from workbench.figures.map_fields import Fields
from workbench.figures.map_layout import map_layout
from workbench.figures.map_sample import drawn_rows
from workbench.figures.map_traces import map_traces
from workbench.figures.overlays import PLOT_SIZE
from workbench.figures.quiet import figure_class
from workbench.figures.text import plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.records import Chunk, Clustering, Projection, Region, Retrieval

__all__ = ["FAITHFUL", "describe_map", "map_figure", "theme_patch"]


def map_figure(
    projection: Projection,
    chunks: Sequence[Chunk],
    *,
    color: str = "source",
    fields: Fields = MappingProxyType({}),
    at_least: float | None = None,
    clustering: Clustering | None = None,
    regions: Sequence[Region] = (),
    retrieval: Retrieval | None = None,
    in_prompt: Collection[int] | None = None,
    cited: Collection[int] | None = None,
    selection: Sequence[str] = (),
    anchor: str = "",
    size: tuple[int, int] = PLOT_SIZE,
    webgl: bool | None = None,
    dark: bool = False,
    title: str | None = None,
) -> go.Figure:
    """Draw the map: the static twin of the live one, from the same traces.

    Parameters
    ----------
    projection, chunks, color, fields, at_least, clustering, retrieval, in_prompt, cited, selection, anchor, webgl
        As in `map_traces`.
    regions
        As in `map_layout`.
    size
        As in `map_traces` and `map_layout`.
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
        If no chunk has the field to colour by, or a column of `fields` is not as long as the projection.
    """

    def traces(for_dark: bool) -> dict[str, dict[str, Any]]:
        return map_traces(
            projection,
            chunks,
            color=color,
            fields=fields,
            at_least=at_least,
            clustering=clustering,
            retrieval=retrieval,
            in_prompt=in_prompt,
            cited=cited,
            selection=selection,
            anchor=anchor,
            size=size,
            webgl=webgl,
            dark=for_dark,
        )

    def layout(for_dark: bool) -> dict[str, Any]:
        return map_layout(
            projection,
            retrieval,
            clustering=clustering,
            regions=regions,
            selection=selection,
            anchor=anchor,
            size=size,
            webgl=webgl,
            dark=for_dark,
        )

    drawn, other = traces(dark), traces(not dark)
    page, other_page = layout(dark), layout(not dark)
    figure = figure_class()(data=[{"name": name, **trace} for name, trace in drawn.items()], layout=page)
    themes = {dark: theme_patch(other, drawn, page), not dark: theme_patch(drawn, other, other_page)}
    points = len(drawn_rows(projection, retrieval, selection, anchor, webgl=webgl))
    summary = describe_map(projection, retrieval, drawn=points)
    figure.update_layout(meta={"summary": summary, "light": themes[False], "dark": themes[True]}, height=560)
    if title:
        figure.update_layout(title={"text": plain(title)}, margin={"t": 40})
    return figure


def theme_patch(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]], layout: dict[str, Any]
) -> dict[str, Any]:
    """Give what turns one theme's traces and layout into another's: `traces` (number, properties) and `layout`."""
    pairs = enumerate(zip(before.values(), after.values(), strict=True))
    changes = ((number, _changes(first, second)) for number, (first, second) in pairs)
    over = {name: layout[name] for name in ("annotations", "shapes") if layout.get(name)}
    return {
        "traces": [[number, change] for number, change in changes if change],
        "layout": {
            "font.color": layout["font"]["color"],
            "hoverlabel.bgcolor": layout["hoverlabel"]["bgcolor"],
            "hoverlabel.font.color": layout["hoverlabel"]["font"]["color"],
            **over,
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
