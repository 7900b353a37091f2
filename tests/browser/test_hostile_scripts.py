"""The panels' scripts alone: text that would turn its neighbours around, tables that would work something out."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from tests.browser.canaries import FORMULAS
from tests.browser.hostile_page import turning
from tests.widgets.scene import answered, retrieval, scene
from workbench.widgets.answer_panel import AnswerPanel
from workbench.widgets.cards_panel import CardsPanel

pytestmark = pytest.mark.browser

# Where the name of a document ends and what stands behind it begins, in pixels from the left.
_EDGES = """() => {
  const from = document.querySelector(".wb-card .from"), range = document.createRange();
  range.selectNodeContents(from.lastChild);
  return [from.firstChild.getBoundingClientRect().right, range.getBoundingClientRect().left];
}"""


def named(document, section):
    """Give a retrieval whose best passage stands in a document and section of these names."""
    found = retrieval()
    best = found.passages[0]
    chunk = replace(best.chunk, document=document, metadata={**best.chunk.metadata, "section": section})
    return replace(found, passages=(replace(best, chunk=chunk), *found.passages[1:]))


@pytest.mark.parametrize(
    "name",
    ["שלום עולם", "العربية", "photo\u202egnp", "a\u2067b", "x\u202b"],
    ids=["hebrew", "arabic", "rlo", "rli", "rle"],
)
def test_a_name_of_another_direction_leaves_what_stands_behind_it_in_its_place(show, name):
    page = show(CardsPanel(scene(retrieval=named(name, "12 of 40"))))
    ends, begins = page.evaluate(_EDGES)
    assert ends <= begins + 1
    header = page.locator(".wb-card header").first
    assert header.locator(".from").inner_text() == f"{shown(name)} · 12 of 40"
    assert turning(page.page, ".wb-cards") == []


def shown(name):
    return "".join("\ufffd" if letter in "\u202e\u2067\u202b" else letter for letter in name)


def test_a_hebrew_passage_is_read_from_the_right(show):
    found = named("a.md", "b")
    best = replace(found.passages[0], chunk=replace(found.passages[0].chunk, text="שלום עולם, 12 llamas."))
    page = show(CardsPanel(scene(retrieval=replace(found, passages=(best,)))))
    assert page.locator(".wb-card p.text").inner_text() == "שלום עולם, 12 llamas."
    box = page.locator(".wb-card p.text").bounding_box()
    first = page.evaluate("""() => {
      const walk = document.createTreeWalker(document.querySelector(".wb-card p.text"), NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      range.setStart(walk.nextNode(), 0);
      range.setEnd(walk.currentNode, 1);
      return range.getBoundingClientRect().right;
    }""")
    assert first > box["x"] + box["width"] - 3


@pytest.mark.parametrize("text", [*FORMULAS, "  =1+1", "-- a list"])
def test_no_cell_of_a_saved_table_is_a_formula(show, text):
    wb, found = scene(), retrieval(top_k=2)
    wb.publish(retrieval=found, answer=answered(found, text, model=text))
    page = show(AnswerPanel(wb))
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[2][-1] == f"'{text}"
    assert rows[2][3].startswith("'")
    numbers = [float(row[2]) for row in rows[3:]]
    assert numbers == [0.742, 0.691]
