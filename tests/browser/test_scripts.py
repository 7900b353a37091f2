"""The panels' scripts in Chromium, without Jupyter: text stays text, and what is drawn is what was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.widgets.scene import CHUNKS, QUESTION, answered, asked, retrieval, scene
from workbench.widgets.answer_panel import AnswerPanel
from workbench.widgets.cards_panel import CardsPanel
from workbench.widgets.details_panel import DetailsPanel
from workbench.widgets.query_panel import QueryPanel
from workbench.widgets.sees_panel import SeesPanel
from workbench.widgets.trace_panel import TracePanel

pytestmark = pytest.mark.browser


def test_hostile_text_stays_text(show):
    page = show(CardsPanel(scene(retrieval=retrieval(top_k=7))))
    assert page.locator(".wb-card").nth(6).locator("p.text").inner_text() == CHUNKS[6].text
    assert page.locator("img, script").count() == 0


def test_hovering_a_citation_lights_its_passage_and_leaving_puts_it_out(show):
    page = show(AnswerPanel(asked()))
    page.locator("button.cite").nth(1).hover()
    page.locator("h3").hover()
    assert page.sent == [{"do": "focus", "rank": 2}, {"do": "focus", "rank": 0}]
    bad = page.locator(".cite.bad")
    assert (bad.inner_text(), bad.get_attribute("title")) == ("[9]", "The context has no passage 9")


def test_a_streaming_answer_keeps_its_nodes_its_selection_and_its_silence(show):
    wb, found = scene(), retrieval()
    panel = AnswerPanel(wb)
    page = show(panel)
    wb.publish(retrieval=found, answer=answered(found, "Llamas are", streaming=True, complete=False))
    page.draw()
    page.evaluate("window.kept = document.querySelector('.text span').firstChild")
    page.evaluate("getSelection().setBaseAndExtent(kept, 0, kept, 10)")
    wb.publish(answer=answered(found, "Llamas are camelids [1]. They", streaming=True, complete=False))
    page.draw()
    assert page.evaluate("kept === document.querySelector('.text span').firstChild")
    assert page.evaluate("getSelection().toString()") == "Llamas are"
    assert page.locator("[aria-live]").inner_text() == ""
    wb.publish(answer=answered(found, "Llamas are camelids [1]."))
    page.draw()
    assert page.locator("[aria-live]").text_content() == "Answer: Llamas are camelids [1]."


def test_enter_asks_shift_enter_does_not_and_a_blank_question_is_said(show):
    page = show(QueryPanel(scene()))
    box = page.get_by_role("textbox", name="Question")
    box.press("Enter")
    assert page.get_by_role("alert").inner_text() == "Type a question first."
    box.type("one")
    box.press("Shift+Enter")
    box.type("two")
    assert page.sent == []
    box.press("Enter")
    assert page.sent == [{"do": "ask", "question": "one\ntwo"}]


def test_what_is_being_typed_survives_a_redraw(show):
    wb = scene()
    page = show(QueryPanel(wb))
    page.get_by_role("textbox", name="Question").type("half a quest")
    wb.top_k = 8
    page.draw()
    assert page.get_by_role("textbox", name="Question").input_value() == "half a quest"
    assert page.get_by_role("button", name="top 8").count() == 1
    wb.query = QUESTION
    page.draw()
    assert page.get_by_role("textbox", name="Question").input_value() == QUESTION


def test_settings_and_filters_are_sent(show):
    panel = QueryPanel(scene())
    page = show(panel)
    page.get_by_role("button", name="More…").click()
    page.get_by_label("Passages (top_k)").fill("9")
    page.get_by_label("Passages (top_k)").press("Enter")
    page.get_by_label("Add a filter").select_option("page")
    page.get_by_label("Value of page").select_option(label="3 (1)")
    page.get_by_label("extractive").check()
    assert page.sent == [
        {"do": "set", "name": "top_k", "value": 9},
        {"do": "where", "field": "page", "values": [3]},
        {"do": "set", "name": "llm", "value": "extractive"},
    ]


def test_keys_in_a_panel_are_kept_from_jupyter_but_saving_is_not(show):
    page = show(QueryPanel(scene()))
    page.evaluate("""document.addEventListener("keydown", (event) => {
        window.suppressed = Boolean(event.target.closest("[data-lm-suppress-shortcuts]"));
    }, true)""")
    page.get_by_role("button", name="More…").press("d")
    assert page.evaluate("window.suppressed") is True
    page.get_by_role("button", name="More…").press("Control+s")
    assert page.evaluate("window.suppressed") is False


def test_tabs_turn_with_arrows(show):
    panel = DetailsPanel(asked())
    page = show(panel)
    page.get_by_role("tab", name="Prompt").press("ArrowRight")
    assert page.sent == [{"do": "tab", "tab": "contexts"}]
    assert page.evaluate("document.activeElement.textContent") == "With and without"


def test_the_csv_is_quoted_and_cannot_be_a_formula(show):
    wb, found = scene(), retrieval(top_k=2)
    wb.publish(retrieval=found, answer=answered(found, '=HYPERLINK("x"), he said\n'))
    page = show(AnswerPanel(wb))
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    assert download.value.suggested_filename == "camelids-answer.csv"
    lines = Path(download.value.path()).read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[0] == "part,rank,score,tag,document,chunk,text"
    assert lines[2] == 'answer,,,ollama:llama3.2,,,"\'=HYPERLINK(""x""), he said\n"'
    assert lines[4].startswith("passage,2,0.691,in the prompt,llamas.md,llamas.md:0,The guanaco")


def test_copying_works_without_the_clipboard_permission(show):
    page = show(AnswerPanel(asked()))
    page.evaluate("addEventListener('copy', () => { window.copied = document.activeElement.value; })")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("window.copied").startswith(f"Question: {QUESTION}\n\nLlamas are camelids")


def test_enter_sends_a_form_even_where_the_page_keeps_it_from_doing_so(show):
    page = show(SeesPanel(asked()))
    # As JupyterLab does: Enter loses its own meaning on the way down.
    page.evaluate("document.addEventListener('keydown', (e) => e.key === 'Enter' && e.preventDefault(), true)")
    box = page.locator("form input").first
    box.fill("trap.md:0")
    box.press("Enter")
    assert page.sent == [{"do": "choose", "subject": "trap.md:0"}]


def test_the_trace_asks_why_a_chunk_was_not_found_and_sorts(show):
    page = show(TracePanel(asked()))
    page.locator(".list .row", has_text="trap.md").click()
    page.get_by_role("button", name="rank", exact=False).first.click()
    assert page.sent == [{"do": "why", "chunk": "trap.md:0"}, {"do": "sort", "column": "rank"}]
    page.panel.act("why", chunk="trap.md:0")
    page.draw()
    assert "only the best 5 are kept" in page.locator(".explained").inner_text()
    assert page.locator(".wb-trace tbody tr").count() == 7


def test_the_threshold_is_drawn_on_the_histogram(show):
    page = show(QueryPanel(asked(threshold=0.6)))
    page.get_by_role("button", name="More…").click()
    assert page.locator(".histogram .bars i").count() == 40
    assert page.locator(".histogram [role=status]").inner_text() == "3 of 7 chunks of the last search reach it"
    page.get_by_label("Threshold on cosine").fill("0.5")
    assert page.sent[-1]["name"] == "threshold"
    assert abs(page.sent[-1]["value"] - 0.5) < 0.01
