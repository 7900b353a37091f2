"""Copy as code: the cell as it is, or why there is none."""

from __future__ import annotations

import pytest

from tests.widgets.scene import QUESTION, answered, asked, retrieval, scene
from workbench.records import Progress
from workbench.widgets.code_panel import CodePanel, view
from workbench.widgets.details_panel import DetailsPanel


@pytest.fixture
def panel():
    panel = CodePanel(asked())
    yield panel
    panel.close()


def test_the_cell_is_shown_as_it_is(panel):
    state = panel.live.state
    assert state["code"] == f"QUESTION = {QUESTION!r}\nprint(QUESTION)\n"
    assert (state["lines"], state["empty"], state["problem"]) == (2, "", "")


def test_before_a_question_it_says_what_to_do():
    assert view(scene()) == {
        "code": "",
        "empty": "Nothing was asked yet. Search or ask first.",
        "lines": 0,
        "filling": False,
    }


def test_the_code_follows_the_question(panel):
    found = retrieval(query="Who hums?")
    panel.wb.publish(retrieval=found, answer=answered(found))
    assert panel.live.state["code"].startswith("QUESTION = 'Who hums?'")


def test_an_index_that_is_being_filled_is_said(panel):
    panel.wb.tell(Progress("index", "Filling the Chroma index"))
    assert panel.live.state["filling"] is True
    panel.wb.tell(Progress("index", "Filling the Chroma index", state="done"))
    assert panel.live.state["filling"] is False


def test_the_progress_of_other_work_draws_nothing(panel, monkeypatch):
    monkeypatch.setattr(panel.wb, "code", lambda: pytest.fail("the cell was worked out again"))
    panel.wb.tell(Progress("embed", "Embedding", 3, 8))


def test_it_is_a_tab_that_is_made_when_it_is_looked_at():
    panel = DetailsPanel(asked())
    assert panel.widget.children[1].children == ()
    panel.act("tab", tab="code")
    (code,) = panel.widget.children[1].children
    assert code.state["code"].startswith("QUESTION")
    panel.act("tab", tab="sees")
    below = panel.widget.children[1]
    assert [child.layout.display for child in below.children] == ["none", None]
    panel.act("tab", tab="chunks")
    assert below.layout.display == "none"
    panel.close()
    assert code.comm is None
