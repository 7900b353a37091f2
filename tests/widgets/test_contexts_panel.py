"""Three answers side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.widgets.scene import QUESTION, answered, retrieval, scene
from workbench.records import Contexts, Progress
from workbench.widgets.answer_panel import view as answer_view
from workbench.widgets.contexts_panel import ContextsPanel, view
from workbench.widgets.details_panel import DetailsPanel

RUNNING = {"ask": Progress("ask", "Searching")}


def contexts(**changes):
    found = retrieval()
    return replace(Contexts(QUESTION, "ollama:llama3.2", answered(found), retrieval=found), **changes)


def test_nothing_is_asked_yet():
    state = view(scene(query=QUESTION))
    assert [column["phase"] for column in state["columns"]] == ["idle"] * 3
    assert (state["question"], state["busy"]) == (QUESTION, False)


def test_they_come_one_after_the_other():
    found = contexts(without=answered(retrieval(), "Llamas", streaming=True, complete=False))
    state = view(scene(contexts=found, retrieval=found.retrieval, progress=RUNNING))
    assert [column["phase"] for column in state["columns"]] == ["complete", "streaming", "next"]
    assert state["busy"]
    right = state["columns"][0]
    assert right["passages"] == "4 passages: vicunas.md, llamas.md, alpacas.html, camels.pdf"
    assert right["note"] == "1 of 2 sentences supported by its passages · 2.1 s"
    assert "".join(part["t"] for part in right["segments"]) == found.right.text


def test_what_went_wrong_stands_in_its_column():
    broken = answered(retrieval(), "Lla", complete=False, problem="It was stopped.", sentences=())
    state = view(scene(contexts=contexts(wrong=broken, complete=True)))
    assert (state["columns"][2]["phase"], state["columns"][2]["problem"]) == ("incomplete", "It was stopped.")


def test_answers_to_other_passages_are_called_so():
    found = contexts()
    assert not view(scene(contexts=found, retrieval=found.retrieval))["stale"]
    assert view(scene(contexts=found, retrieval=retrieval()))["stale"]


@pytest.fixture
def panel():
    panel = ContextsPanel(scene(query=QUESTION))
    yield panel
    panel.close()


def test_the_buttons_compare_and_stop(panel):
    panel.act("compare")
    panel.act("stop")
    assert panel.wb.calls == [("compare_contexts", QUESTION)]
    assert panel.wb.cancelled == ["ask"]
    panel.wb.query = " "
    panel.act("compare")
    assert panel.widget.state["problem"].startswith("Type a question first")


def test_the_details_turn_to_them_when_they_begin():
    wb = scene()
    details = DetailsPanel(wb)
    assert details.live.state["tab"] == "prompt"
    wb.publish(contexts=Contexts(QUESTION, "m"))
    assert details.live.state["tab"] == "contexts"
    details.act("tab", tab="chunks")
    wb.publish(contexts=contexts())
    assert details.live.state["tab"] == "chunks"
    details.close()


def test_the_first_answer_stays_while_the_others_are_written():
    found = contexts()
    wb = scene(contexts=found, retrieval=found.retrieval, answer=found.right, progress=RUNNING)
    assert answer_view(wb)["phase"] == "complete"
    wb.publish(contexts=None)
    assert answer_view(wb)["phase"] == "waiting"
