"""The trace: pages of rows, sorted by any stage, and why a chunk was not found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.widgets.scene import CHUNKS, QUESTION, asked, retrieval, scene
from workbench.records import Chunk
from workbench.retrieval import Options, search
from workbench.widgets.trace_panel import TracePanel

MODEL = WordModel(dimensions=100_003)


def found(chunks=CHUNKS, **options):
    vectors = MODEL.embed([chunk.text for chunk in chunks], "document")
    return search(QUESTION, MODEL.embed([QUESTION], "query")[0], vectors, chunks, Options(**options))


@pytest.fixture
def panel():
    panel = TracePanel(scene(retrieval=found(mode="hybrid", top_k=2)))
    yield panel
    panel.close()


def state(panel):
    return panel.live.state


def test_it_says_what_will_be_there():
    panel = TracePanel(scene())
    assert state(panel)["empty"].startswith("What each stage of the search makes of every chunk")
    panel.close()


def test_rows_say_score_and_rank_of_each_stage(panel):
    assert [name for _, name in state(panel)["heads"]] == ["rank", "vectors", "BM25", "RRF"]
    rows = state(panel)["rows"]
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [row["why"] for row in rows[:3]] == [
        "passage 1, retrieved",
        "passage 2, retrieved",
        "after the last passage",
    ]
    assert rows[0]["cells"][2]["score"] == "0.0325"
    assert state(panel)["count"] == "1–7 of 7 chunks"


def test_sorting_by_words_puts_what_has_none_last(panel):
    panel.act("sort", column="lexical")
    ranks = [row["cells"][1]["rank"] for row in state(panel)["rows"]]
    ranked = [rank for rank in ranks if rank]
    assert ranked == [str(place) for place in range(1, len(ranked) + 1)]
    assert not any(ranks[len(ranked) :])
    panel.act("sort", column="nothing")
    assert state(panel)["sort"] == "rank"


def test_why_not_of_any_chunk_with_its_standings(panel):
    missed = [one["id"] for one in state(panel)["candidates"]]
    assert len(missed) == 5
    panel.act("why", chunk="trap.md:0")
    why = state(panel)["why"]
    assert (why["chunk"], why["stage"]) == ("trap.md:0", "top_k")
    assert [one["name"] for one in why["standings"]] == ["vectors", "BM25", "RRF"]
    panel.act("filter", words="GUANACO wild")
    assert [one["id"] for one in state(panel)["candidates"]] == ["llamas.md:0"]
    panel.wb.publish(retrieval=found(top_k=1))
    assert state(panel)["why"] is None, "it was asked about other passages"


def test_what_cannot_be_asked_is_explained(panel):
    panel.act("why", chunk="nobody.md:0")
    assert state(panel)["problem"].startswith("No embedded chunk has the id 'nobody.md:0'")


def test_the_fate_of_passages_comes_from_the_answer():
    panel = TracePanel(asked())
    assert [row["why"] for row in state(panel)["rows"]][:6] == [
        "passage 1, cited",
        "passage 2, cited",
        "passage 3, in the prompt",
        "passage 4, in the prompt",
        "passage 5, no room left",
        "after the last passage",
    ]
    panel.close()


def test_many_chunks_come_in_pages():
    chunks = tuple(Chunk(f"n:{row}", "n", row, 0, 1, f"word{row}", {}) for row in range(120))
    panel = TracePanel(scene(chunks=chunks, retrieval=found(chunks)))
    assert (len(state(panel)["rows"]), state(panel)["pages"]) == (50, 3)
    panel.act("page", number=2)
    assert (len(state(panel)["rows"]), state(panel)["count"]) == (20, "101–120 of 120 chunks")
    panel.act("page", number=99)
    assert state(panel)["page"] == 2
    panel.act("sort", column="dense")
    assert state(panel)["page"] == 0
    panel.close()


def test_reranked_and_diverse_columns():
    found_ = found(mmr=0.4, top_k=3)
    panel = TracePanel(scene(retrieval=found_))
    assert [name for _, name in state(panel)["heads"]] == ["rank", "vectors", "MMR step"]
    steps = [row["cells"][1]["score"] for row in state(panel)["rows"]]
    assert sorted(one for one in steps if one) == ["1", "2", "3"]
    traced = replace(found_.traced, reranked={2: 0.9, 0: 0.1}, steps={})
    panel.wb.publish(retrieval=replace(found_, traced=traced, score_name="reranker"))
    panel.act("sort", column="reranked")
    assert [row["id"] for row in state(panel)["rows"]][:2] == [CHUNKS[2].id, CHUNKS[0].id]
    panel.close()


def test_opening_a_row_and_closing(panel):
    panel.act("open", chunk="llamas.md:1")
    assert panel.wb.opened == "llamas.md:1"
    panel.close()
    before = state(panel)
    panel.wb.publish(retrieval=retrieval(scores=np.zeros(7, np.float32)))
    assert state(panel) is before
