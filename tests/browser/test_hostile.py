"""Text of documents, names, metadata, questions and models is text wherever it is shown, and nothing of it runs."""

from __future__ import annotations

import pytest

from tests.browser.canaries import canaries, line, mark, marks
from tests.browser.hostile_page import harm, missing_marks, overflowing, turning
from tests.browser.kernel import python, value
from workbench.widgets.details_panel import TABS

pytestmark = pytest.mark.browser

BINARY = ("controls", "nul")
"""Canaries that make a file binary: it is not read."""
_SAID = """([where, marks]) => {
  const text = [...document.querySelectorAll(where)].map((one) => one.textContent).join(" ");
  return marks.every((mark) => text.includes(mark));
}"""
UNREAD = dict.fromkeys(("cards", "explore", "chunks", "selection"), BINARY)
"""Panels and tabs that show no document that was not read."""


@pytest.fixture(autouse=True)
def nothing_runs(hostile, beacon):
    yield
    assert harm(hostile, beacon) == {}


def unfold(page, name):
    page.locator("#whole").get_by_role("button", name=name).click()


@pytest.mark.parametrize("name", ["status", "steps", "query", "answer", "cards"])
def test_a_panel_shows_every_canary_as_text(hostile, name):
    assert missing_marks(hostile.page, f"#whole .wb-{name}", marks(*UNREAD.get(name, ()))) == []
    assert turning(hostile.page, f"#whole .wb-{name}") == []


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_shows_every_canary_as_text(hostile, tab):
    hostile.page.locator(f"#whole [role=tab][id$=-{tab}]").click()
    hostile.wait(f"#whole [role=tab][id$=-{tab}][aria-selected=true]")
    details = "#whole .wb-details, #whole .wb-details ~ *, #whole > :last-child"
    hostile.page.wait_for_function(_SAID, arg=[details, marks(*UNREAD.get(tab, ()))])
    assert turning(hostile.page, "#whole .wb-live, #whole .widget-label") == []
    assert overflowing(hostile.page, "#whole") == []


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
    given = value(hostile, "list(wb.name_clusters()['label'])")  # again: another picture may have come meanwhile
    assert len(given) > 1
    assert all("CAN" in name and "<" in name for name in given[:-1])
    listed = "() => document.querySelector('#whole .wb-explore [data-part=clusters]').textContent"
    hostile.page.wait_for_function(f"(names) => names.every((name) => ({listed})().includes(name))", arg=given[:-1])


def test_the_opened_passage(hostile):
    card = hostile.wait("#whole .wb-card.opened")
    assert mark("html") in card.inner_text()
    card.get_by_role("button", name="In its document").click()
    hostile.wait_text("#whole .wb-card.opened .beside", "the document ends")


def test_every_error_is_said_in_words(hostile, beacon):
    python(hostile, f"wb.llm.fails = line({beacon.url!r})\ntry: wb.ask('llamas again')\nexcept Exception: pass")
    said = hostile.wait("#whole .wb-status .wrong")
    assert missing_marks(hostile.page, "#whole .wb-status .wrong", marks()) == []
    assert turning(hostile.page, ".wb-live") == []
    said.get_by_role("button", name="Dismiss").click()
    python(hostile, "wb.llm.fails = ''\nwb.ask(question)")
    hostile.wait_text("#whole .wb-answer .text", mark("html"))


def test_a_hostile_model_name_typed_by_hand(hostile):
    hostile.page.locator("#whole [data-step=model]").click()
    hostile.wait("#whole .wb-model")
    for text in canaries().values():
        hostile.page.locator("#whole .wb-model").get_by_label("Any other").fill(f"ollama:{text}")
    hostile.page.locator("#whole .wb-model .other").get_by_role("button", name="Choose").click()
    said = hostile.wait("#whole .wb-status .wrong, #whole .wb-model .wb-warn")
    assert said.inner_text()
    python(hostile, "wb.model = HostileModel(wb.llm.beacon)\nwb.dismiss()")
    hostile.page.locator("#whole [data-step=model]").click()


LOOK = """for _ in range(20):
    if served.server is not None and served.server.reachable:
        break
    served.submit("probe").wait()"""


def test_models_of_a_server(hostile):
    python(hostile, LOOK)  # a busy machine may have had no time for it
    hostile.wait_text("#served-ollama .wb-table", mark("img"))
    assert missing_marks(hostile.page, "#served-ollama .wb-table", marks("half")) == []
    for where in ("#served-ollama", "#served-model", "#served-query"):
        assert turning(hostile.page, where) == []
        assert overflowing(hostile.page, where) == []


@pytest.mark.parametrize(
    ("path", "kind", "where", "said"),
    [
        ("/api/embed", "status", "#served-status .wrong", "served.error"),
        ("/api/chat", "error-line", "#served-answer .problem", "served.answer.problem"),
    ],
)
def test_what_a_server_says_of_its_own_error(hostile, evil_server, beacon, path, kind, where, said):
    evil_server.heal()
    evil_server.fail(path, kind, text=line(beacon.url, "half"))
    asks = f"served.ask('Who hums of {path}?', llm='ollama:tiny-random')"
    python(hostile, f"served.dismiss()\ntry: {asks}\nexcept Exception: pass")
    evil_server.heal()
    hostile.wait_text(where, mark("html"))
    told = value(hostile, f"str({said})")
    wanted = [one for one in marks() if one in told]
    assert len(wanted) > 3
    assert missing_marks(hostile.page, where, wanted) == []
    assert turning(hostile.page, where) == []
    python(hostile, "served.dismiss()")
