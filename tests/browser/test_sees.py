"""The panel “What the model sees” in Chromium: text stays text, keys work, and it fits into 700 pixels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.doubles import WordModel
from tests.widgets.scene import CHUNKS, QUESTION, asked
from tests.widgets.test_sees_panel import CHECK, INFO, MODEL
from workbench.models.explain import explain
from workbench.widgets.sees_panel import SeesPanel

pytestmark = pytest.mark.browser

TRAP = CHUNKS[6]
FITS = "document.documentElement.scrollWidth <= innerWidth"


def model(limit=256):
    made = WordModel(query_prefix="search_query: ")
    made.id, made.max_tokens = MODEL, limit
    return made


def panel(explanation=None, **outputs):
    return SeesPanel(asked(model_info=INFO, explanation=explanation, **outputs))


def colours(page, selector):
    """Give the backgrounds of the first four."""
    return page.evaluate(
        "(all) => [...document.querySelectorAll(all)].slice(0, 4).map((one) => getComputedStyle(one).backgroundColor)",
        selector,
    )


def test_the_string_is_drawn_to_the_letter_and_nothing_in_it_runs(show):
    made = panel()
    page = show(made)
    made.wb.opened = TRAP.id
    made.wb.publish(explanation=explain(model(), TRAP.text))
    page.draw()
    assert page.locator(".sent").inner_text() == TRAP.text
    assert page.locator(".token").all_inner_texts() == [
        "img",
        "src",
        "x",
        "onerror",
        "alert",
        "1",
        "script",
        "alert",
        "2",
        "script",
        "is",
        "what",
        "this",
        "document",
        "says",
    ]
    assert page.locator("img, script").count() == 0
    assert page.get_by_text("15 of 256 tokens").count() == 1


def test_neighbouring_tokens_look_different(show):
    page = show(panel(explain(model(), CHUNKS[0].text)))
    first = colours(page, ".token")
    assert first[0] == first[2] != first[1] == first[3]


def test_what_is_cut_off_is_struck_and_said(show):
    page = show(panel(explain(model(5), CHUNKS[0].text)))
    assert page.locator(".off s").inner_text() == CHUNKS[0].text[len("Vicuñas live high in the") :]
    assert page.locator(".off .label").inner_text() == "Cut off: 133 characters that the model does not see"
    assert page.evaluate("getComputedStyle(document.querySelector('.off s')).textDecorationLine") == "line-through"
    assert page.locator(".figures b.wb-warn").inner_text() == "26 of 5 tokens"


def test_the_prefix_of_a_query_is_marked(show):
    made = panel()
    made.act("choose", subject="query")
    made.wb.publish(explanation=explain(model(), QUESTION, "query"))
    page = show(made)
    mark = page.locator(".sent mark.prefix")
    assert mark.locator(".token").all_inner_texts() == ["search_query"]
    assert mark.get_attribute("title") == "Put in front of every query"
    assert page.locator(".sent .read").inner_text() == QUESTION


def test_the_numbers_are_read_with_arrows_and_with_the_mouse(show):
    made = panel(explain(model(), CHUNKS[0].text))
    page = show(made)
    numbers = made.widget.state["sees"]["numbers"]
    cells = page.locator(".strip button")
    assert cells.count() == 32
    cells.nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == f"Number 3: {numbers[2][0]}"
    assert page.locator(".number").inner_text().startswith(f"Number 3: {numbers[2][0]}")
    assert page.locator(".strip [tabindex='0']").count() == 1
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == f"Number 32: {numbers[31][0]}"
    cells.nth(9).hover()
    assert page.locator(".number").inner_text().startswith(f"Number 10: {numbers[9][0]}")


def test_numbers_of_either_sign_have_their_own_colour(show):
    seen = explain(model(), CHUNKS[0].text)
    seen.vector[:3] = (0.5, -0.5, 0.25)
    seen.vector[3:32] = 0
    page = show(panel(replace(seen)))
    assert len(set(colours(page, ".strip button"))) == 4
    assert page.locator(".strip .below").count() == 1


def test_buttons_and_boxes_say_what_is_wanted(show):
    page = show(panel())
    assert page.get_by_text("has not been asked about this text").count() == 1
    page.get_by_role("button", name="Show what the model sees").press("Enter")
    page.get_by_label("Look at").select_option(label=f"Query: {QUESTION}")
    page.get_by_label("Id of another chunk").fill("llamas.md:1")
    page.get_by_label("Id of another chunk").press("Enter")
    page.get_by_role("button", name="Check this model").press("Space")
    assert page.sent == [
        {"do": "show"},
        {"do": "choose", "subject": "query"},
        {"do": "choose", "subject": "llamas.md:1"},
        {"do": "check"},
    ]


def test_the_check_is_one_line_and_a_table(show):
    page = show(panel(model_check=CHECK))
    assert page.locator(".engine [role=status]").inner_text() == (
        "1 of 2 probes failed · 1 could not be asked · 21 November 2026, 07:05 UTC, in 0.3 s"
    )
    rows = page.locator(".engine tbody tr")
    assert [rows.nth(at).locator("th").inner_text() for at in range(3)] == ["Accents", "Order", "Our own vectors"]
    assert rows.nth(0).locator("td").all_inner_texts() == [
        "✗ failed",
        "This server reads every accented word as unknown.\nUpdate it.",
    ]


def test_it_fits_into_700_pixels_and_into_a_narrow_column(show):
    page = show(panel(explain(model(12), CHUNKS[0].text), model_check=CHECK))
    assert page.evaluate(FITS)
    page.page.set_viewport_size({"width": 420, "height": 900})
    assert page.evaluate(FITS)
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.strip')).gridTemplateColumns.split(' ').length") == 16
    )
