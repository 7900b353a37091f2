"""Answers in Chromium: text stays text, three columns, a template to edit; in a notebook, streaming and stopping."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.browser.kernel import python, until, value
from tests.browser.panel_page import PanelPage
from tests.widgets.scene import QUESTION, answered, asked, retrieval, scene
from workbench.generation.quotes import find_quotes
from workbench.records import Attribution, Contexts, LeftOut
from workbench.widgets.answer_panel import AnswerPanel
from workbench.widgets.contexts_panel import ContextsPanel
from workbench.widgets.prompt_panel import PromptPanel

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="alert(1)"> says “<b>nothing of it</b> at all” [1]. It cost 1984 [9].'
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def show(browser):
    pages = []

    def show(panel, width=700):
        page = PanelPage(browser, panel)
        page.set_viewport_size({"width": width, "height": 900})
        pages.append(page)
        return page

    yield show
    for page in pages:
        page.close()


def hostile():
    found = retrieval()
    answer = answered(found, HOSTILE, quotes=find_quotes(HOSTILE, found.passages))
    return scene(query=QUESTION, retrieval=found, answer=answer)


def test_an_answer_is_text_with_its_marks(show):
    page = show(AnswerPanel(hostile()))
    assert page.locator(".text").inner_text() == HOSTILE
    assert page.locator("img, b").count() == 0
    assert page.locator(".made-up").first.get_attribute("title").endswith("In quotation marks, and in no passage")
    assert page.locator(".cite.bad").inner_text() == "[9]"
    assert page.evaluate(FITS)


def test_a_closer_look_unfolds_and_asks(show):
    wb = asked()
    page = show(AnswerPanel(wb))
    height = page.locator(".text").bounding_box()
    page.get_by_role("button", name="Leave passages out").click()
    assert page.sent[-1] == {"do": "attribute"}
    wb.publish(attribution=Attribution(wb.answer, "m", (LeftOut(1, "c", HOSTILE, 0.75),), complete=True))
    page.draw()
    rows = page.locator(".examined table").nth(1).locator("tbody tr")
    assert [cell.strip() for cell in rows.nth(0).locator("td").all_inner_texts()] == ["75%", "1", HOSTILE]
    assert page.locator(".examined table").nth(0).locator("tbody tr").count() == 2
    assert page.locator(".text").bounding_box() == height
    page.get_by_role("button", name="Hide the sentences").press("Enter")
    assert page.locator(".examined").count() == 0


def contexts(**changes):
    found = retrieval()
    right, wrong = answered(found), answered(found, HOSTILE)
    without = answered(found, "Sheep.", complete=False, problem="It was stopped.")
    made = Contexts(QUESTION, "ollama:llama3.2", right, without, wrong, found, complete=True)
    return scene(query=QUESTION, retrieval=found, contexts=replace(made, **changes))


def test_three_answers_stand_beside_each_other_and_below_where_it_is_narrow(show):
    page = show(ContextsPanel(contexts()), width=1100)
    columns = page.locator(".column")
    boxes = [columns.nth(number).bounding_box() for number in range(3)]
    assert len({box["y"] for box in boxes}) == 1
    assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]
    assert columns.nth(2).locator(".text").inner_text() == HOSTILE
    assert page.locator("img").count() == 0
    assert columns.nth(1).locator(".problem").inner_text() == "Incomplete: It was stopped."
    page.set_viewport_size({"width": 700, "height": 900})
    boxes = [columns.nth(number).bounding_box() for number in range(3)]
    assert len({box["x"] for box in boxes}) == 1
    assert boxes[0]["y"] < boxes[1]["y"] < boxes[2]["y"]
    assert page.evaluate(FITS)


def test_only_the_right_answers_citations_light_passages(show):
    page = show(ContextsPanel(contexts()))
    page.locator(".column").nth(0).locator("button.cite").first.focus()
    assert page.sent[-1] == {"do": "focus", "rank": 1}
    assert page.locator(".column").nth(2).locator("button").count() == 0


def test_a_template_is_edited_checked_and_reset_by_keyboard(show):
    made = PromptPanel(asked())
    page = show(made)
    assert page.locator(".message pre").nth(1).inner_text().endswith(QUESTION)
    assert page.locator(".budget i").count() == 7
    page.locator("summary").press("Enter")
    area = page.get_by_label("Prompt template")
    area.fill("Only {question}")
    page.wait_for_function("window.sent.some((message) => message.do === 'check')")
    made.act(**page.sent[-1])
    page.draw()
    assert "lacks {passages}" in page.locator("details .problem").inner_text()
    assert area.input_value() == "Only {question}"
    page.get_by_role("button", name="Reset").press("Enter")
    assert page.sent[-1] == {"do": "reset"}
    made.act("reset")
    page.draw()
    assert area.input_value() == made.wb.prompt_template
    assert page.evaluate(FITS)


CELL = """
import time
from workbench import Workbench
from workbench.records import Piece

class Slow:
    id, context_tokens = "test:slow", 0
    words, pause = 40, 0.1
    def count_tokens(self, text):
        return len(text.split())
    def stream(self, request, cancel):
        for number in range(self.words):
            if cancel.wait(self.pause):
                return
            yield Piece("Llamas carry loads [1]. " if number % 4 == 0 else "It is so. ")
        yield Piece(done=True, reason="stop", answer_tokens=self.words, seconds=1.0)
    def close(self):
        pass

model = Slow()
texts = ["Llamas carry loads across the Andes.", "Camels store fat in their humps.", "Bread is baked from flour.",
         "Comets have tails of gas and dust."]
made = [*globals().get("made", []), "store"]
wb = Workbench(texts, store="-".join(made), llm=model)
wb.top_k = 2
"""


@pytest.fixture(scope="module")
def page(lab, browser):
    """A notebook of a cell that makes a workbench and one that shows it."""
    lab.write("answers.ipynb", [CELL, "wb"])
    opened = lab.open(browser, "answers.ipynb")
    yield opened
    opened.close()


@pytest.fixture
def nb(page):
    """The notebook with a new workbench and a question that is not yet asked."""
    for cell in range(2):
        page.run_cell(cell)
    assert page.problems() == []
    python(page, "wb.embed()")
    page.wait(".wb-map .js-plotly-plot")  # what draws the map is loaded for seconds, and holds up the first answer
    page.page.locator(".wb-query textarea").fill("What do llamas carry?")
    yield page
    assert (page.dialogs, page.errors) == ([], [])


_GROWN = """() => {
  const found = document.querySelector(".wb-map .js-plotly-plot")._fullData.find((one) => one.name === "passages");
  return found && Math.max(...found.marker.size) > 20;
}"""

LENGTHS = """() => {
  window.lengths = []; window.tops = new Set();
  const look = () => {
    const text = document.querySelector(".wb-answer .text"), card = document.querySelector(".wb-answer h3");
    if (text) window.lengths.push(text.innerText.length);
    if (card) window.tops.add(Math.round(card.getBoundingClientRect().top + scrollY));
  };
  const all = { subtree: true, childList: true, characterData: true };
  new MutationObserver(look).observe(document.querySelector(".wb-answer"), all);
}"""


def test_an_answer_streams_smoothly_and_its_citation_lights_card_and_point(nb):
    nb.page.evaluate(LENGTHS)
    nb.page.get_by_role("button", name="Ask", exact=True).click()
    nb.wait_text(".wb-answer", "all ")
    until(nb, "wb.answer is not None and wb.answer.complete", wanted=True)
    lengths = nb.page.evaluate("window.lengths")
    assert lengths == sorted(lengths)
    assert len(set(lengths)) >= 10  # 40 pieces in 4 s, drawn at most ten times a second
    assert nb.page.evaluate("window.tops.size") == 1
    nb.page.locator(".wb-answer button.cite").first.hover()
    nb.wait('.wb-card[data-rank="1"].lit')
    until(nb, "wb.focus", 1)
    nb.page.wait_for_function(f"({_GROWN})()")
    nb.page.mouse.move(2, 2)
    until(nb, "wb.focus", 0)


def test_stop_stops_and_keeps_what_came(nb):
    python(nb, "model.words = 400")
    nb.page.get_by_role("button", name="Ask", exact=True).click()
    nb.wait(".wb-answer .text.growing")
    nb.page.locator(".wb-answer").get_by_role("button", name="Stop").click()
    until(nb, "[wb.answer.streaming, wb.answer.complete, wb.answer.problem]", [False, False, "It was stopped."])
    nb.wait_text(".wb-answer .problem", "Incomplete: It was stopped.")
    assert "Llamas carry loads" in nb.page.locator(".wb-answer .text").inner_text()
    python(nb, "model.words = 4")
    nb.page.locator(".wb-answer").get_by_role("button", name="Ask again").click()
    until(nb, "wb.answer is not None and wb.answer.complete", wanted=True)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_with_and_without_is_one_click_and_three_columns(nb, theme):
    nb.turn(theme)
    python(nb, "model.words = 8")
    nb.page.get_by_role("button", name="Ask", exact=True).click()
    nb.wait_text(".wb-answer", "all ")
    nb.page.get_by_role("button", name="With and without").click()
    nb.wait(".wb-contexts .column.streaming")
    until(nb, "wb.contexts is not None and wb.contexts.complete", wanted=True)
    nb.wait_text(".wb-contexts", "supported by the right passages")
    columns = nb.page.locator(".wb-contexts .column")
    assert [columns.nth(number).locator("h4").inner_text() for number in range(3)] == [
        "With the right passages",
        "Without passages",
        "With the wrong passages",
    ]
    assert nb.page.locator(".wb-contexts .column.complete").count() == 3
    assert value(nb, "[p.chunk.id in [q.chunk.id for q in wb.contexts.right.prompt.passages] "
                     "for p in wb.contexts.wrong.prompt.passages]") == [False, False]  # fmt: skip
