"""Under the map: the chunk that is pointed at, the box that goes to any, the threshold, UMAP's settings, saving."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.figures.corpus import chunks, found, picture
from tests.widgets.fake import FakeWorkbench
from workbench.records import Anchored, Progress
from workbench.session.map_fields import ANCHORED
from workbench.widgets.map_tools import MapTools, view


@pytest.fixture
def wb():
    return FakeWorkbench(chunks=chunks(), projection=picture())


@pytest.fixture
def tools(wb):
    tools = MapTools(wb)
    yield tools
    tools.close()


def test_the_chunk_under_the_pointer_wins_over_the_opened_one(wb, tools):
    assert tools.live.state["pointed"] is None
    wb.opened = "a.md:0"
    assert tools.live.state["pointed"]["id"] == "a.md:0"
    tools.point("c.md:0")
    assert tools.live.state["pointed"]["id"] == "c.md:0"
    tools.point("")
    assert tools.live.state["pointed"]["id"] == "a.md:0"


def test_an_id_goes_there_and_words_list_chunks(wb, tools):
    tools.act("find", words=" b.md:1 ")
    assert wb.opened == "b.md:1"
    wb.opened = ""
    word = wb.chunk("c.md:0").text.split()[0].upper()
    tools.act("find", words=word)
    rows = tools.live.state["found"]["rows"]
    assert "c.md:0" in [row["id"] for row in rows]
    assert wb.opened == ""
    tools.act("open", chunk="c.md:0")
    assert wb.opened == "c.md:0"
    tools.act("find", words="no such words anywhere")
    assert tools.live.state["found"] == {"rows": [], "count": "No chunk holds these words"}


def test_selecting_adds_and_neighbours_are_asked_for(wb, tools):
    tools.act("select", chunk="a.md:0")
    tools.act("select", chunk="c.md:0")
    tools.act("select", chunk="a.md:0")
    assert wb.selection == ("a.md:0", "c.md:0")
    tools.act("near", chunk="a.md:0")
    assert wb.calls == [("select_near", ("a.md:0",))]


def test_similarity_from_here_colours_and_looks_from_the_chunk(wb, tools):
    tools.act("from", chunk="b.md:0")
    assert (wb.color, wb.anchor) == (ANCHORED, "b.md:0")
    tools.act("open", chunk="a.md:0")
    assert wb.anchor == "a.md:0"


def test_an_unknown_chunk_is_told(tools):
    tools.act("open", chunk="nowhere:7")
    assert "nowhere:7" in tools.live.state["problem"]


def test_the_slider_counts_what_is_at_or_above_it(wb, tools):
    assert view(wb)["slider"] is None
    wb.color = "similarity"
    assert view(wb)["slider"] is None  # nothing was asked yet
    scores = np.array([0.1, 0.2, 0.3, 0.4, np.nan], dtype=np.float32)
    wb.publish(retrieval=replace(found({"b.md:0": 0.9}), scores=scores))
    slider = view(wb)["slider"]
    assert (slider["low"], slider["high"], slider["value"]) == (pytest.approx(0.1), pytest.approx(0.4), None)
    assert slider["text"] == "all 4"
    tools.act("similar_from", value=0.25)
    assert wb.similar_from == 0.25
    assert tools.live.state["slider"]["text"] == "2 of 4 at 0.25 or more"
    tools.act("similar_from", value=None)
    assert wb.similar_from is None


def test_the_slider_follows_similarity_to_a_chunk(wb):
    wb.color = ANCHORED
    wb.publish(anchored=Anchored("a.md:0", picture().ids, np.array([1, 0.5, 0, -0.5, 0.2], dtype=np.float32)))
    assert view(wb)["slider"]["low"] == -0.5


def test_laying_out_sets_umap_and_can_be_stopped(wb, tools):
    tools.act("lay_out", n_neighbors=5, min_dist=0.3, seed=7)
    assert (wb.n_neighbors, wb.min_dist, wb.map_seed) == (5, 0.3, 7)
    tools.act("lay_out", n_neighbors=5, min_dist=0.3, seed=7)  # the same again: anew
    assert wb.calls == [("map", "umap"), ("map", "umap", True)]
    wb.tell(Progress("map", "UMAP is laying out the map"))
    assert tools.live.state["running"] == "UMAP is laying out the map"
    tools.act("stop")
    assert wb.cancelled == ["map"]
    tools.act("lay_out", n_neighbors=1, min_dist=0.3, seed=7)
    assert "n_neighbors" in tools.live.state["problem"]


def test_points_that_came_later_are_counted(wb):
    assert view(wb)["placed"] == 0
    placed = np.array([False, True, False, True, False])
    wb.publish(projection=replace(picture(), placed=placed))
    assert view(wb)["placed"] == 2


def test_a_saved_file_goes_to_the_panel_that_asked(wb, tools, monkeypatch):
    sent = []
    monkeypatch.setattr(tools.live, "send", lambda content, buffers=None: sent.append((content, buffers)))
    wb.publish(saved=("camelids-map.png", b"nobody asked"))
    assert sent == []
    tools.act("save", kind="svg")
    assert wb.calls == [("picture", "svg")]
    wb.publish(saved=("camelids-map.svg", b"<svg/>"))
    assert sent == [({"download": "camelids-map.svg", "kind": "image/svg+xml"}, [b"<svg/>"])]
    tools.act("save", kind="exe")
    assert "'exe'" in tools.live.state["problem"]
