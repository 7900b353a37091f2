"""A map as one file that opens anywhere, without a network."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.figures.palette import DARK, LIGHT

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["CONFIG", "write_map_html"]

CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "displaylogo": False,
    "typesetMath": False,
    "responsive": True,
    "scrollZoom": True,
    "modeBarButtonsToRemove": ["autoScale2d", "hoverClosestCartesian", "hoverCompareCartesian", "toggleSpikelines"],
}
"""plotly.js options for every map: nothing leaves the machine, and `$` in a text is a dollar."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --page: {light_page}; --text: {light_text}; --muted: {light_muted} }}
@media (prefers-color-scheme: dark) {{ :root {{ --page: {dark_page}; --text: {dark_text}; --muted: {dark_muted} }} }}
body {{ margin: 0 auto; max-width: 1100px; padding: 16px; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif }}
h1 {{ font-size: 18px; margin: 0 0 8px }}
#summary {{ color: var(--muted); font-size: 13px; margin: 8px 0 0 }}
#map {{ height: min(75vh, 80vw); min-height: 320px }}
</style>
</head>
<body>
<h1>{title}</h1>
<div role="img" aria-label="{summary}">{figure}</div>
<p id="summary">{summary}</p>
</body>
</html>
"""
FOLLOW_THEME = """
const figure = document.getElementById("{plot_id}");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const themes = %s;
async function follow() {
  const patch = themes[dark.matches ? "dark" : "light"];
  for (const [number, change] of patch.traces) {
    const one = Object.fromEntries(Object.entries(change).map(([key, value]) => [key, [value]]));
    await Plotly.restyle(figure, one, [number]);
  }
  await Plotly.relayout(figure, patch.layout);
}
dark.addEventListener("change", follow);
follow();
"""


def write_map_html(figure: go.Figure, path: str | Path) -> Path:
    """Write a map as one HTML file of about 5 MB that holds all it needs and loads nothing.

    Parameters
    ----------
    figure
        From `map_figure`; its title and summary become those of the page.
    path
        Written anew.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    import plotly.graph_objects as go

    meta = figure.layout.meta if isinstance(figure.layout.meta, dict) else {}
    page = go.Figure(figure)
    # the page has the title and the size
    page.update_layout(title=None, height=None, margin={"t": 0}, meta=None)
    themes = {name: meta.get(name, {"traces": [], "layout": {}}) for name in ("light", "dark")}
    body = page.to_html(
        full_html=False,
        include_plotlyjs=True,
        config=CONFIG,
        div_id="map",
        default_height="min(75vh, 80vw)",
        post_script=FOLLOW_THEME % _script_json(themes),
    )
    # the figure's title is already escaped for plotly, whose entities are HTML's
    title = figure.layout.title.text or "Map of the passages"
    target = Path(path)
    target.write_text(
        PAGE.format(
            title=title,
            summary=escape(meta.get("summary", "")),
            figure=body,
            light_page=LIGHT.background,
            light_text=LIGHT.text,
            light_muted=LIGHT.muted,
            dark_page=DARK.background,
            dark_text=DARK.text,
            dark_muted=DARK.muted,
        ),
        encoding="utf-8",
    )
    return target


def _script_json(value: object) -> str:
    """Give JSON that cannot end the script it stands in."""
    return json.dumps(value).replace("<", "\\u003c")
