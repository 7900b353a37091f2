"""A map as one file that opens anywhere, without a network."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from workbench.disk import write_whole
from workbench.figures.html_passages import question_html
from workbench.figures.palette import DARK, LIGHT
from workbench.figures.passages import FOCUSED, SIZE
from workbench.figures.quiet import QUIET

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.records import Answer, Retrieval

__all__ = ["CONFIG", "write_map_html"]

CONFIG: dict[str, Any] = {
    **QUIET,
    "responsive": True,
    "scrollZoom": True,
    "modeBarButtonsToRemove": ["autoScale2d", "hoverClosestCartesian", "hoverCompareCartesian", "toggleSpikelines"],
}
"""plotly.js options for every map that is drawn live or in a page of its own."""

HERE = Path(__file__).parent
# plotly builds the programs of its WebGL traces from strings, and pictures from data: and blob: addresses; everything
# else that a page could load is forbidden
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<h1>{title}</h1>
<script type="application/json" id="settings">{settings}</script>
<div role="img" aria-label="{summary}">{figure}</div>
<p id="summary">{summary}</p>
{question}
</body>
</html>
"""


def write_map_html(
    figure: go.Figure, path: str | Path, retrieval: Retrieval | None = None, answer: Answer | None = None
) -> Path:
    """Write a map as one HTML file of about 5 MB that holds all it needs and loads nothing.

    Parameters
    ----------
    figure
        From `map_figure`; its title and summary become those of the page.
    path
        Written anew.
    retrieval
        What the question on the map found: question and passages stand below the map, and clicking or focusing a
        passage makes its marker larger.
    answer
        What was written from them; `retrieval` may then be left out.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    NotWritten
        It cannot be written; what was there under that name is unharmed.
    """
    import plotly.graph_objects as go

    meta = figure.layout.meta if isinstance(figure.layout.meta, dict) else {}
    page = go.Figure(figure)
    # the page has the title and the size
    page.update_layout(title=None, height=None, margin={"t": 0}, meta=None)
    body = page.to_html(
        full_html=False,
        include_plotlyjs=True,
        config=CONFIG,
        div_id="map",
        default_height="min(75vh, 80vw)",
        post_script=(HERE / "page.js").read_text(encoding="utf-8"),
    )
    themes = {name: meta.get(name, {"traces": [], "layout": {}}) for name in ("light", "dark")}
    found = retrieval if retrieval is not None or answer is None else answer.retrieval
    target = Path(path)
    return write_whole(
        target,
        PAGE.format(
            policy=POLICY,
            # the figure's title is already escaped for plotly, whose entities are HTML's
            title=figure.layout.title.text or "Map of the passages",
            style=_style(),
            settings=_script_json({"themes": themes, "sizes": [SIZE, FOCUSED]}),
            summary=escape(meta.get("summary", "")),
            figure=body,
            question=question_html(found, answer),
        ),
    )


def _style() -> str:
    colors = {
        f"{name}_{part}": value
        for name, one in (("light", LIGHT), ("dark", DARK))
        for part, value in (("page", one.background), ("text", one.text), ("muted", one.muted), ("line", one.faint))
    }
    return Template((HERE / "page.css").read_text(encoding="utf-8")).substitute(colors)


def _script_json(value: object) -> str:
    """Give JSON that cannot end the script it stands in."""
    return json.dumps(value).replace("<", "\\u003c")
