"""The figure, its sentence and its file; and that text from documents stays text."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.figures.corpus import PLACES, chunks, found, picture
from workbench.figures import describe_map, map_figure, write_map_html
from workbench.figures.palette import DARK, LIGHT
from workbench.figures.text import plain, shorten
from workbench.records import Chunk, Passage, Projection, Retrieval

EVIL = "<img src=x onerror=alert(1)> $x^2$ %{y} </script><script>alert(1)</script>"


def trace(figure, name):
    return next(one for one in figure.data if one.name == name)


def test_the_figure_is_drawn_from_the_traces():
    figure = map_figure(picture(), chunks(), retrieval=found({"b.md:0": 0.9}), title="Camelids & co")
    assert trace(figure, "points").x.tolist() == [0, 2, 0, 2, 10]
    assert trace(figure, "passages").text == ("1",)
    assert trace(figure, "points").hovertemplate == "%{text}<extra></extra>"
    assert figure.layout.title.text == "Camelids &amp; co"
    assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.xaxis.visible is False
    assert (
        figure.to_json()
        == map_figure(picture(), chunks(), retrieval=found({"b.md:0": 0.9}), title="Camelids & co").to_json()
    )


def test_three_dimensions():
    figure = map_figure(picture(3), chunks(), retrieval=found({"b.md:0": 0.9}))
    assert {one.type for one in figure.data} == {"scatter3d"}
    assert trace(figure, "passages").z.tolist() == [0]
    assert figure.layout.scene.aspectmode == "data"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("$x$", "&#36;x&#36;"),
        ("%{y}", "&#37;{y}"),
        ("two\n\tlines\u202eevil\x00", "two lines evil"),
        ("&lt;", "&amp;lt;"),
        (12, "12"),
    ],
)
def test_text_is_shown_letter_for_letter(text, shown):
    assert plain(text) == shown


def test_lines_break_before_escaping():
    assert plain("a<b c<d", width=4) == "a&lt;b<br>c&lt;d"
    assert shorten("corpus/wild/vicunas.md", 11, keep_end=True) == "…vicunas.md"
    assert shorten("a long sentence", 7) == "a long…"


def strings(value):
    """Give every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def evil_figure():
    ids = tuple(f"{EVIL}:{i}" for i in range(5))
    everything = tuple(Chunk(i, EVIL, n, 0, 9, EVIL, {"source": EVIL, "section": EVIL}) for n, i in enumerate(ids))
    places = np.array(list(PLACES.values()), dtype=np.float32)
    retrieval = Retrieval(EVIL, (Passage(1, 0.5, everything[2]),), scores=np.zeros(5, dtype=np.float32), ids=ids)
    projection = Projection(ids=ids, coordinates=places, method="umap")
    return map_figure(projection, everything, color="section", retrieval=retrieval, title=EVIL)


def test_hostile_text_is_escaped_wherever_it_appears():
    shown = list(strings(json.loads(evil_figure().to_json())))
    assert sum("onerror" in text for text in shown) >= 8  # five points, passage, question, key, title
    for text in shown:
        assert "<img" not in text
        assert "<script" not in text
        assert "$" not in text
        assert "%{y}" not in text


def test_the_file_needs_nothing_else_and_follows_the_theme(tmp_path):
    path = write_map_html(evil_figure(), tmp_path / "map.html")
    page = path.read_text(encoding="utf-8")
    assert page.count("<title>&lt;img src=x onerror=alert(1)&gt; &#36;x^2&#36;") == 1
    assert "<img" not in page.split("</style>")[1].split("<script")[0]
    assert '"showSendToCloud": false' in page
    assert "<script src=" not in page
    assert "cdn" not in page.split("plotly.js v")[0]
    assert "prefers-color-scheme: dark" in page
    assert f'<p id="summary">{describe_map(picture()).split(";")[0]}' in page


def test_both_themes_are_in_the_figure():
    figure = map_figure(picture(), chunks(), retrieval=found({"b.md:0": 0.9}))
    changes = {figure.data[number].name: change for number, change in figure.layout.meta["dark"]["traces"]}
    assert changes["query"] == {"marker.color": DARK.text, "marker.line.color": DARK.background}
    assert changes["points"]["marker.opacity"] == DARK.dimmed
    assert figure.layout.meta["light"]["layout"]["font.color"] == LIGHT.muted
