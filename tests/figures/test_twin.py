"""Two maps side by side: the same chunks in the same colours, each model named, selections in both."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.figures.corpus import PLACES, chunks, picture
from workbench.errors import InputError
from workbench.figures import twin_figure, write_map_html
from workbench.figures.palette import DARK, LIGHT
from workbench.figures.twin import describe_twin
from workbench.records import Projection, TwinMaps

KEPT = np.array([0.0, 1.0, 0.5, 0.5, 0.5], dtype=np.float32)


def twin(models=("bundled:small", "ollama:large")) -> TwinMaps:
    left = picture()
    right = replace(left, coordinates=left.coordinates[::-1] * 100)
    return TwinMaps(models, left, right, KEPT)


def traces(figure) -> dict:
    return {one.name: one for one in figure.data}


def test_each_map_has_its_places_its_axes_and_its_name():
    figure = twin_figure(twin(), chunks())
    left, right = traces(figure)["left"], traces(figure)["right"]
    assert left.x.tolist() == [0, 2, 0, 2, 10]
    assert right.x.tolist() == [1000, 200, 0, 200, 0]
    assert (left.xaxis, left.yaxis, right.xaxis, right.yaxis) == ("x", "y", "x2", "y2")
    assert figure.layout.xaxis.domain[1] < figure.layout.xaxis2.domain[0]
    assert (figure.layout.yaxis.scaleanchor, figure.layout.yaxis2.scaleanchor) == ("x", "x2")
    assert [one.text for one in figure.layout.annotations] == ["bundled:small", "ollama:large"]
    assert left.text[3] == right.text[3] == "b.md<br>Chunk 3 of b.md."


def test_a_chunk_has_the_same_colour_in_both():
    figure = twin_figure(twin(), chunks(), color="kept")
    left, right = traces(figure)["left"].marker, traces(figure)["right"].marker
    assert left.color.tolist() == right.color.tolist() == pytest.approx([0.1, 1.0, 0.55, 0.55, 0.55])
    assert left.colorscale == right.colorscale
    assert [traces(figure)[label].marker.color for label in ("0", "0.5", "1")] == [LIGHT.scale[i] for i in (0, 2, 4)]
    cluster = twin_figure(twin(), chunks(), color="cluster", fields={"cluster": [0, 0, 1, -1, 1]})
    assert {"cluster 0", "cluster 1", "noise"} <= set(traces(cluster))
    with pytest.raises(InputError, match=r"'year': no chunk has it. Choose one of: source, similarity, kept\."):
        twin_figure(twin(), chunks(), color="year")


def test_the_selection_is_ringed_in_both():
    figure = twin_figure(twin(), chunks(), selection=("c.md:0", "gone"), dark=True)
    left, right = traces(figure)["left selected"], traces(figure)["right selected"]
    assert (left.x.tolist(), left.y.tolist()) == ([10], [4])
    assert (right.x.tolist(), right.y.tolist()) == ([0], [0])
    assert (right.xaxis, right.marker.color) == ("x2", DARK.text)


def test_the_sentence_says_what_may_be_compared():
    assert describe_twin(twin()) == (
        "5 passages as two models see them. On average, 50 of 100 nearest neighbours (of 10 each) in the left model's "
        "space are neighbours in the right one's too: measured on the vectors, not on the pictures. "
        "The right map is turned to lie like the left; places in the two cannot be compared otherwise."
    )


@pytest.mark.parametrize("n", [0, 1, 2])
def test_tiny_twins(n):
    small = Projection(tuple(PLACES)[:n], picture().coordinates[:n])
    figure = twin_figure(TwinMaps(("a", "b"), small, small, KEPT[:n]), chunks()[:n])
    assert len(traces(figure)["right"].x) == n
    assert "model" in figure.layout.meta["summary"] or n == 0


def test_many_points_are_drawn_with_webgl_and_carry_no_text():
    ids = tuple(map(str, range(6000)))
    large = Projection(ids, np.random.default_rng(0).normal(size=(6000, 2)).astype(np.float32))
    figure = twin_figure(TwinMaps(("a", "b"), large, large, np.ones(6000, dtype=np.float32)), (), color="kept")
    assert {one.type for one in figure.data} == {"scattergl"}
    assert (traces(figure)["left"].text, traces(figure)["left"].hoverinfo) == (None, "none")


def test_hostile_names_are_text_and_both_themes_are_in_the_file(tmp_path):
    figure = twin_figure(twin(("<img src=x onerror=alert(1)>", "$x$ %{y} </script>")), chunks())
    shown = json.dumps(figure.to_plotly_json()["layout"])
    assert "<img" not in shown
    assert "$x$" not in shown
    dark = figure.layout.meta["dark"]["layout"]
    assert [one["font"]["color"] for one in dark["annotations"]] == [DARK.text] * 2
    page = write_map_html(figure, tmp_path / "twin.html").read_text(encoding="utf-8")
    assert "<img" not in page.split("</style>")[1].split("<script")[0]
    assert "5 passages as two models see them." in page
