"""The prompt as it was sent, and its template."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.widgets.scene import CHUNKS, QUESTION, answered, asked, retrieval, scene
from workbench.generation import TEMPLATE
from workbench.widgets.prompt_panel import PromptPanel, view


@pytest.fixture
def panel():
    panel = PromptPanel(asked())
    yield panel
    panel.close()


def test_the_exact_text_is_shown_with_its_tokens():
    shown = view(asked())["prompt"]
    assert [(message["role"], message["tokens"]) for message in shown["messages"]] == [("system", 48), ("user", 464)]
    assert shown["messages"][1]["text"] == f"[1] {CHUNKS[0].text}\n\n{QUESTION}"
    assert shown["total"] == "512 tokens counted before sending, 519 counted by the model"
    assert shown["sampling"] == "temperature 0, seed 7"
    assert [part["kind"] for part in shown["budget"]["parts"]][:2] == ["question", "instructions"]


def test_an_estimate_is_called_one():
    found = retrieval()
    answer = answered(found)
    wb = scene(answer=replace(answer, prompt=replace(answer.prompt, exact=False), prompt_tokens=None))
    assert view(wb)["prompt"]["total"] == "512 tokens estimated from above before sending"


def test_before_a_question_there_is_only_the_template():
    state = view(scene())
    assert state["prompt"] is None
    assert state["template"] == {"text": TEMPLATE, "default": True}


def test_a_template_is_checked_while_it_is_typed_and_used_when_asked(panel):
    panel.act("check", text="Only {question}")
    assert panel.widget.state["said"].startswith("The prompt template lacks {passages}")
    panel.act("use", text="Only {question}")
    assert panel.wb.prompt_template == TEMPLATE
    panel.act("use", text="{passages} {question}")
    assert panel.widget.state["said"] == ""
    assert panel.wb.prompt_template == "{passages} {question}"
    assert not panel.widget.state["template"]["default"]
    panel.act("reset")
    assert panel.wb.prompt_template == TEMPLATE
