"""The details: prompt, scores, chunks and selection, worked out for the open tab alone."""

from __future__ import annotations

import numpy as np
import pytest

from tests.widgets.fake import words
from tests.widgets.scene import asked, scene
from workbench.records import Chunk
from workbench.widgets.details_panel import TABS, DetailsPanel, view


@pytest.fixture
def panel():
    panel = DetailsPanel(asked())
    yield panel
    panel.close()


def content(panel):
    return panel.live.state["content"]


def test_the_tabs_and_the_number_of_selected_chunks():
    state = view(asked(selection=("llamas.md:1", "trap.md:0")))
    assert [tab["name"] for tab in state["tabs"]] == [
        "Prompt",
        "With and without",
        "What the model sees",
        "Trace",
        "Explore the map",
        "Two models",
        "Chunks",
        "Selection (2)",
        "Code",
    ]


def test_every_tab_says_what_will_be_there():
    empty = scene(chunks=())
    said = [view(empty, tab)["content"]["empty"] for tab in ("chunks", "selection")]
    assert said[0] == "The chunks are listed here once a corpus is read."
    assert len(set(said)) == 2


def test_chunks_with_their_tokens_and_what_is_cut(panel, monkeypatch):
    monkeypatch.setattr(type(panel.wb), "longest", property(lambda _: 20))
    panel.act("tab", tab="chunks")
    rows = content(panel)["rows"]
    assert [(row["id"], row["tokens"], row["truncated"]) for row in rows[:2]] == [
        ("vicunas.md:0", 26, True),
        ("llamas.md:0", 16, False),
    ]
    assert content(panel)["count"] == "7 chunks"


def test_a_filter_finds_words_in_text_and_id(panel):
    panel.act("tab", tab="chunks")
    panel.act("filter", words="GUANACO wool")
    assert [row["id"] for row in content(panel)["rows"]] == ["wool.csv#12:0"]
    assert content(panel)["count"] == "1 of 7 chunks"


def test_many_chunks_are_listed_in_part_and_counted():
    many = tuple(Chunk(f"d:{n}", "d", n, 0, 1, words(400, n)) for n in range(1000))
    wb = scene(chunks=many, token_counts=np.zeros(1000, np.int32))
    shown = view(wb, "chunks")["content"]
    assert len(shown["rows"]) == 200
    assert shown["count"] == "The first 200 of 1,000 chunks: type words to find others"
    assert all(len(row["text"]) <= 241 for row in shown["rows"])


def test_stale_token_counts_are_not_shown():
    shown = view(scene(token_counts=np.zeros(3, np.int32)), "chunks")["content"]
    assert "tokens" not in shown["rows"][0]


def test_the_selection_is_listed_narrowed_and_cleared(panel):
    panel.act("tab", tab="selection")
    panel.wb.selection = ("llamas.md:1", "trap.md:0")
    assert [row["id"] for row in content(panel)["rows"]] == ["llamas.md:1", "trap.md:0"]
    assert content(panel)["count"] == "2 chunks chosen"
    panel.act("only", value=True)
    panel.act("drop", chunk="trap.md:0")
    assert (panel.wb.selection, panel.wb.only_selection) == (("llamas.md:1",), True)
    panel.act("clear")
    assert (panel.wb.selection, panel.wb.only_selection) == ((), False)


def test_a_row_opens_its_chunk(panel):
    panel.act("open", chunk="llamas.md:1")
    assert panel.wb.opened == "llamas.md:1"


def test_an_unknown_tab_is_refused(panel):
    panel.act("tab", tab="secrets")
    assert panel.live.state["problem"] == f"There is no tab 'secrets'; there are: {', '.join(TABS)}."


def test_a_closed_panel_is_silent():
    wb = asked()
    panel = DetailsPanel(wb)
    panel.close()
    before = panel.live.state
    wb.publish(answer=None)
    assert panel.live.state is before


@pytest.mark.parametrize(("tab", "holds"), [("sees", "checking"), ("scores", "candidates")])
def test_some_tabs_are_panels_of_their_own_made_when_they_are_looked_at(tab, holds):
    panel = DetailsPanel(asked())
    below = panel.widget.children[1]
    (prompt,) = below.children
    panel.act("tab", tab=tab)
    assert below.children[0] is prompt
    guest = below.children[1]
    assert panel.live.state["content"] == {"guest": True}
    assert holds in guest.state
    assert below.layout.display is None
    panel.act("tab", tab="chunks")
    assert below.layout.display == "none"
    panel.act("tab", tab=tab)
    assert below.children == (prompt, guest)
    panel.close()
    assert guest.comm is None
