"""Text of documents, names, metadata, questions and models is text wherever it is shown, and nothing of it runs."""

from __future__ import annotations

import pytest

from tests.browser.canaries import canaries, line, mark, marks
from tests.browser.hostile_page import harmless, missing_marks, overflowing, turning
from tests.browser.kernel import python, value
from workbench.app import PANELS
from workbench.widgets.details_panel import TABS

pytestmark = pytest.mark.browser

BINARY = ("controls", "nul")
"""Canaries that make a file binary: it is not read."""
UNSEEN = {
    "cards": BINARY,
    "explore": BINARY,
    "embed": None,
    "map": None,
    "ollama": None,
}
"""Panels that do not show every canary; None: they show none while they stand as they are."""
UNREAD = {"explore": BINARY, "chunks": BINARY, "selection": BINARY}
"""Tabs that show no document that was not read."""


@pytest.fixture(autouse=True)
def nothing_runs(hostile, beacon):
    yield
    harmless(hostile, beacon)


def unfold(page, name):
    page.locator("#whole").get_by_role("button", name=name).click()


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_shows_every_canary_as_text_and_keeps_its_shape(hostile, name):
    where = f"#alone-{name}"
    left_out = UNSEEN.get(name, ())
    assert missing_marks(hostile.page, where, () if left_out is None else marks(*left_out)) == []
    assert turning(hostile.page, f"{where} .wb-live, {where} .widget-label") == []
    assert overflowing(hostile.page, where) == []


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_shows_every_canary_as_text(hostile, tab):
    details = "#alone-details"
    hostile.page.locator(f"{details} [role=tab][id$=-{tab}]").click()
    hostile.wait(f"{details} [role=tab][id$=-{tab}][aria-selected=true]")
    hostile.page.wait_for_function(f"() => document.querySelector('{details}').textContent.includes('CANhtml')")
    assert missing_marks(hostile.page, details, marks(*UNREAD.get(tab, ()))) == []
    assert turning(hostile.page, f"{details} .wb-live, {details} .widget-label") == []


def test_questions_settings_and_history(hostile):
    page = hostile.page
    for name in ("All 32 questions", "Earlier (", "More…"):
        unfold(page, name)
        assert missing_marks(page, "#whole .wb-query .list, #whole .wb-query .settings", marks()) == []
        assert overflowing(page, "#whole") == []
    unfold(page, "Less")
    assert page.locator("#whole .wb-query textarea").input_value().startswith("llamas <h1>CANhtml</h1>")


def test_steps_load_report_and_lens(hostile):
    page = hostile.page
    for step in ("embed", "model", "corpus"):
        page.locator(f"#whole [data-step={step}]").click()
        hostile.wait(f"#whole [data-step={step}][aria-expanded=true]")
        assert overflowing(page, "#whole") == []
    corpus = "#whole .wb-corpus"
    page.locator(f"{corpus} summary", has_text="Load report").click()
    report = page.locator(f"{corpus} details table")
    assert report.locator("tbody tr").count() == 65
    assert missing_marks(page, f"{corpus} details table", marks()) == []
    for name in ("script", "override", "closing"):
        chosen = value(hostile, f"next(i for i in wb.documents['id'] if {mark(name)!r} in i)")
        page.locator(f"{corpus} select[aria-label=Document]").select_option(value=chosen)
        hostile.wait_text(f"{corpus} .lens .text", f"llamas {name}:")
        assert mark(name) in page.locator(f"{corpus} .lens .text").inner_text()
    page.locator("#whole [data-step=corpus]").click()


def test_names_of_clusters_that_a_language_model_gave(hostile):
    given = value(hostile, "list(wb.clusters['label'])")
    assert "<h1>CANhtml</h1><b onclick=window.canary='html'>" in given
    shown = hostile.page.locator("#alone-explore [data-part=clusters]").text_content()
    assert [name for name in given if name != "noise" and name not in shown] == []


def test_the_opened_passage(hostile):
    card = hostile.wait("#alone-cards .wb-card.opened")
    assert mark("html") in card.inner_text()
    card.get_by_role("button", name="In its document").click()
    hostile.wait_text("#alone-cards .wb-card.opened .beside", "the document ends")


def test_every_error_is_said_in_words(hostile, beacon):
    python(hostile, f"wb.llm.fails = line({beacon.url!r})\ntry: wb.ask('llamas again')\nexcept Exception: pass")
    said = hostile.wait("#alone-status .wrong")
    assert missing_marks(hostile.page, "#alone-status .wrong", marks()) == []
    assert turning(hostile.page, ".wb-live") == []
    said.get_by_role("button", name="Dismiss").click()
    python(hostile, "wb.llm.fails = ''\nwb.ask(question)")
    hostile.wait_text("#alone-answer .text", mark("html"))


def test_a_hostile_model_name_typed_by_hand(hostile):
    for text in canaries().values():
        hostile.page.locator("#alone-model").get_by_label("Any other").fill(f"ollama:{text}")
    hostile.page.locator("#alone-model .other").get_by_role("button", name="Choose").click()
    said = hostile.wait("#alone-status .wrong, #alone-model .wb-warn")
    assert said.inner_text()
    python(hostile, "wb.model = HostileModel(wb.llm.beacon)\nwb.dismiss()")


def test_models_of_a_server(hostile):
    hostile.wait_text("#served-ollama .wb-table", mark("img"))
    assert missing_marks(hostile.page, "#served-ollama .wb-table", marks("half")) == []
    for where in ("#served-ollama", "#served-model", "#served-query"):
        assert turning(hostile.page, where) == []
        assert overflowing(hostile.page, where) == []


def test_what_a_server_says_when_it_fails(hostile, evil_server, beacon):
    evil_server.fail("/api/embed", "status", status=500, text=line(beacon.url, "half"))
    python(hostile, "try: served.search('llamas')\nexcept Exception as error: print(error)")
    hostile.wait("#served-status .wrong")
    found = missing_marks(hostile.page, "#served-status .wrong", marks("half"))
    evil_server.heal()
    python(hostile, "served.dismiss()")
    assert found == []
