"""What the model sees: the string in pieces, the numbers, the probes, and which text is looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import WordModel
from tests.widgets.scene import CHUNKS, QUESTION, asked, scene
from workbench.models.check.answers import failed, not_asked, passed
from workbench.models.explain import explain
from workbench.models.tokens import EstimatedTokenizer
from workbench.records import ModelCheck, ModelInfo, Progress
from workbench.session.state import State
from workbench.widgets._sees import check_state, number_cells, pieces, sees_state
from workbench.widgets.sees_panel import QUERY, SeesPanel, view

MODEL = "test:words"
INFO = ModelInfo(MODEL, "test", ready=True, max_tokens=256)
CHECK = ModelCheck(
    MODEL,
    "0" * 64,
    (
        passed("order", "The vectors come in the order of the texts"),
        failed("accents", "This server reads every accented word as unknown", "Update it.", concerns=["accents"]),
        not_asked("weights", "The weights are not at hand"),
    ),
    0.31,
    "2026-11-21T07:05:00+00:00",
)


@pytest.fixture
def panel():
    panel = SeesPanel(asked(model_info=INFO))
    yield panel
    panel.close()


def explained(text, role="document", **changes):
    model = WordModel(query_prefix="query: ")
    for name, value in changes.items():
        setattr(model, name, value)
    return explain(model, text, role)


def submitted(panel):
    return [call for call in panel.wb.calls if call[0] == "explain"]


# The string --------------------------------------------------------------------------------------------------------


def test_the_string_is_cut_at_its_tokens_by_turns():
    state = sees_state(explained("how fine?", "query"))
    assert state["prefix"] == [["query", 1], [": ", 0]]
    assert state["text"] == [["how", 2], [" ", 0], ["fine", 1], ["?", 0]]
    assert (state["tokens"], state["share"], state["over"], state["cut"]) == ("3 of 256 tokens", 0.0117, False, "")
    assert state["norm"] == "1.0000"
    assert state["exact"].startswith("Counted with the model's own tokenizer")


def test_the_part_that_is_cut_off_is_apart_and_counted():
    state = sees_state(explained("one two three four", max_tokens=2))
    assert state["text"] == [["one", 1], [" ", 0], ["two", 2]]
    assert (state["cut"], state["cut_note"]) == (" three four", "Cut off: 11 characters that the model does not see")
    assert (state["tokens"], state["share"], state["over"]) == ("4 of 2 tokens", 1.0, True)


def test_an_estimate_says_so():
    state = sees_state(explained("guanaco", tokenizer=EstimatedTokenizer()))
    assert state["text"] == [["guan", 1], ["aco", 2]]
    assert (state["tokens"], state["exact"][:9]) == ("about 2 of 256 tokens", "Estimated")


def test_a_prefix_that_shares_a_token_with_the_text_is_still_marked_alone():
    seen = replace(explained("wool"), sent="qwool", prefix="q", spans=np.array([[0, 5]], np.int32), seen=5)
    assert (sees_state(seen)["prefix"], sees_state(seen)["text"]) == ([["q", 1]], [["wool", 1]])


def test_a_very_long_text_is_drawn_in_part():
    state = sees_state(explained("word " * 2000, max_tokens=1800))
    assert len([kind for _, kind in state["text"] if kind]) == 1500
    assert state["undrawn"] == "300 more tokens read and not drawn here"
    assert (state["cut_note"], state["cut_more"]) == ("Cut off: 1,001 characters that the model does not see", "")
    much = sees_state(explained("word " * 2000, max_tokens=2))
    assert (len(much["cut"]), much["cut_more"]) == (2000, "7,991 more characters")


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=12),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_the_pieces_joined_are_the_part(sent, pairs, one, other):
    start, end = sorted((min(one, len(sent)), min(other, len(sent))))
    spans = np.array(sorted(sorted(pair) for pair in pairs), dtype=np.int32).reshape(-1, 2)
    found = pieces(sent, spans, start, end)
    assert "".join(text for text, _ in found) == sent[start:end]
    assert all(text for text, _ in found)


def test_the_bytes_of_one_character_are_one_piece():
    spans = np.array([[0, 1], [0, 1], [0, 1], [1, 3]], np.int32)
    assert pieces("🦙ab", spans, 0, 3) == [["🦙", 1], ["ab", 2]]


# The numbers -------------------------------------------------------------------------------------------------------


def test_numbers_are_measured_against_the_largest():
    cells = number_cells(np.array([0.5, -0.25, 0.0, -0.00004], np.float32))
    assert cells == [["0.5000", 1.0], ["−0.2500", -0.5], ["0.0000", 0.0], ["−0.0000", -0.0]]
    assert number_cells(np.zeros(3, np.float32)) == [["0.0000", 0.0]] * 3
    assert len(number_cells(np.ones(384, np.float32))) == 32


def test_how_many_numbers_are_said():
    long = replace(explained("wool"), vector=np.linspace(-0.5, 0.5, 384, dtype=np.float32))
    assert sees_state(long)["numbers_of"] == "The first 32 of 384 numbers, from −0.5000 to −0.4191"
    short = replace(explained("wool"), vector=np.array([0.5, -0.25, 0], np.float32))
    assert sees_state(short)["numbers_of"] == "The first 3 of 3 numbers, from −0.2500 to 0.5000"


# The probes --------------------------------------------------------------------------------------------------------


def test_failures_come_first_with_what_to_do():
    state = check_state(CHECK)
    assert (state["verdict"], state["failed"]) == ("1 of 2 probes failed · 1 could not be asked", True)
    assert state["when"] == "21 November 2026, 07:05 UTC, in 0.3 s"
    assert [(row["name"], row["result"], row["advice"]) for row in state["rows"]] == [
        ("Accents", "failed", "Update it."),
        ("Order", "passed", ""),
        ("Our own vectors", "not asked", ""),
    ]


def test_a_whole_pass_is_one_line():
    state = check_state(replace(CHECK, probes=CHECK.probes[:1] * 3))
    assert (state["verdict"], state["failed"]) == ("All 3 probes passed", False)


def test_a_check_of_another_model_is_not_shown():
    assert view(asked(model_info=INFO, model_check=CHECK))["check"]["failed"]
    assert view(asked(model_info=INFO, model_check=replace(CHECK, model="test:other")))["check"] is None


def test_a_running_check_is_said(panel):
    panel.act("check")
    assert panel.wb.calls == [("check_model",)]
    panel.wb.publish(progress={"check": Progress("check", "Checking")})
    assert panel.widget.state["checking"]


# Which text --------------------------------------------------------------------------------------------------------


def test_the_first_passage_then_what_is_opened_then_what_is_chosen(panel):
    assert panel.widget.state["subject"] == "vicunas.md:0"
    panel.wb.opened = "llamas.md:1"
    assert panel.widget.state["subject"] == "llamas.md:1"
    panel.act("choose", subject=QUERY)
    assert panel.widget.state["subject"] == QUERY
    panel.wb.opened = "trap.md:0"
    assert panel.widget.state["subject"] == "trap.md:0"


def test_without_a_question_it_is_the_first_chunk_and_without_chunks_nothing():
    state = view(scene())
    assert (state["subject"], [one["id"] for one in state["subjects"]]) == (CHUNKS[0].id, [CHUNKS[0].id])
    assert view(scene(chunks=()))["subject"] == ""


def test_what_can_be_chosen_is_named(panel):
    panel.act("choose", subject="llamas.md:1")
    names = [one["name"] for one in panel.widget.state["subjects"]]
    assert names[0] == f"Query: {QUESTION}"
    assert names[1] == "Passage 1 · vicunas.md · Where they live"
    assert names[-1] == "Chunk · llamas.md · History"
    assert len(names) == 7


@pytest.mark.parametrize(
    ("subject", "said"), [("nobody.md:0", "There is no chunk 'nobody.md:0'"), (" ", "Type or choose the id of a chunk")]
)
def test_a_chunk_that_is_not_there_is_said(panel, monkeypatch, subject, said):
    monkeypatch.setattr(type(panel.wb), "chunk", State.chunk)
    panel.act("choose", subject=subject)
    assert panel.widget.state["problem"].startswith(said)
    assert panel.widget.state["subject"] == "vicunas.md:0"


def test_nothing_is_embedded_before_it_is_asked_for(panel):
    panel.wb.opened = "llamas.md:1"
    panel.wb.query = "another question"
    assert panel.wb.calls == []


def test_once_asked_it_follows_what_is_opened_and_the_query(panel):
    panel.act("show")
    panel.wb.opened = "llamas.md:1"
    panel.act("choose", subject=QUERY)
    panel.wb.query = "another question"
    assert submitted(panel) == [
        ("explain", CHUNKS[0].text, "document"),
        ("explain", CHUNKS[5].text, "document"),
        ("explain", QUESTION, "query"),
        ("explain", "another question", "query"),
    ]
    panel.wb.publish(progress={})
    assert len(submitted(panel)) == 4


def test_another_model_is_asked_anew(panel):
    panel.act("show")
    panel.wb.publish(model_info=ModelInfo("test:other", "test", ready=True))
    assert [text for _, text, _ in submitted(panel)] == [CHUNKS[0].text] * 2


def test_where_texts_leave_this_machine_each_is_asked_for_by_hand(panel):
    panel.wb.publish(model_info=replace(INFO, destination="api.openai.com"))
    assert panel.widget.state["leaves"] == "api.openai.com"
    panel.act("show")
    panel.wb.opened = "llamas.md:1"
    assert len(submitted(panel)) == 1
    panel.act("show")
    assert len(submitted(panel)) == 2


def test_without_a_text_there_is_nothing_to_show():
    panel = SeesPanel(scene(chunks=()))
    panel.act("show")
    assert panel.widget.state["problem"].startswith("There is no text to show yet.")
    panel.close()


def test_an_explanation_is_shown_with_its_own_text_role_and_model_only(panel):
    seen = replace(explained(CHUNKS[0].text), model=MODEL)
    panel.wb.publish(explanation=seen)
    assert panel.widget.state["sees"]["tokens"] == f"{seen.tokens} of 256 tokens"
    panel.wb.opened = "llamas.md:1"
    assert panel.widget.state["sees"] is None
    panel.wb.opened = CHUNKS[0].id
    assert panel.widget.state["sees"] is not None
    panel.wb.publish(model_info=ModelInfo("test:other", "test", ready=True))
    assert panel.widget.state["sees"] is None


def test_a_closed_panel_is_silent():
    panel = SeesPanel(asked(model_info=INFO))
    panel.act("show")
    panel.close()
    before = panel.widget.state
    panel.wb.opened = "llamas.md:1"
    assert panel.widget.state is before
    assert len(submitted(panel)) == 1
