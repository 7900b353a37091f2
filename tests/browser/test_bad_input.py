"""What a person can do wrong: one sentence where they look, and the kernel goes on."""

from __future__ import annotations

import os

import pytest

from tests.browser.kernel import until, value
from tests.browser.lab import unfold
from workbench.index.store import open_store

pytestmark = pytest.mark.browser

CELL = """from pathlib import Path
from workbench import Workbench
Path("empty").mkdir(exist_ok=True)
Path("one").mkdir(exist_ok=True)
Path("one/llama.md").write_text("Llamas hum when they are worried.")
wb = Workbench(store="stores-bad")
wb"""
HELD = """held = Workbench(["Llamas hum."], store="stores-held")
held"""


@pytest.fixture(scope="module")
def nb(lab, browser):
    lab.write("bad.ipynb", [CELL, HELD])
    opened = lab.open(browser, "bad.ipynb")
    opened.run_cell(0)
    opened.wait("[data-step=corpus][aria-expanded=true]")
    yield opened
    assert (opened.problems(), opened.dialogs, opened.errors) == ([], [], [])
    opened.close()


@pytest.fixture(autouse=True)
def the_kernel_goes_on(nb):
    yield
    assert value(nb, "1 + 1") == 2


def load(nb, path):
    unfold(nb.page.locator("[data-step=corpus]"))
    nb.page.get_by_label("Folder or file").fill(path)
    nb.page.locator(".wb-corpus").get_by_role("button", name="Load", exact=True).click()


def said(nb):
    """The one message in the status line, which is then dismissed."""
    shown = nb.wait(".wb-status .wrong")
    text = shown.inner_text()
    assert nb.page.locator(".wb-status .wrong").count() == 1
    nb.page.get_by_role("button", name="Dismiss this message").click()
    shown.wait_for(state="detached")
    return text


def test_a_path_that_is_not_there(nb):
    load(nb, "no/such/folder")
    assert "no/such/folder" in said(nb)


def test_an_empty_folder(nb):
    load(nb, "empty")
    nb.wait_text("[data-step=corpus]", "0 chunks")
    assert "No text was found" in nb.wait_text(".wb-corpus .said", "No text").inner_text()
    box = nb.page.locator(".wb-query textarea")
    box.fill("Is there anything?")
    box.press("Enter")
    nb.wait_text(".wb-right", "The corpus holds no text to search")
    until(nb, "wb.lanes['ask'].busy", wanted=False)


def test_one_chunk_is_a_corpus(nb):
    load(nb, "one")
    nb.wait_text("[data-step=corpus]", "1 file, 1 chunk")
    box = nb.page.locator(".wb-query textarea")
    box.fill("What do llamas do?")
    box.press("Enter")
    nb.wait_text(".wb-card", "Llamas hum when they are worried.")
    assert nb.page.locator(".wb-card").count() == 1
    nb.wait(".wb-answer .cite")
    nb.wait_text(".wb-map-summary", "1 passage")


def test_a_question_of_blanks(nb):
    box = nb.page.locator(".wb-query textarea")
    box.fill("   \t ")
    before = value(nb, "len(wb.past)")
    box.press("Enter")
    assert nb.wait(".wb-query [role=alert]").inner_text() == "Type a question first."
    assert value(nb, "[len(wb.past), wb.error]") == [before, None]


def test_a_question_too_long(nb):
    box = nb.page.locator(".wb-query textarea")
    box.fill("llama " * 1700)
    box.press("Enter")
    assert "10,199 characters; at most 8,000" in said(nb)


def test_a_model_that_is_missing(nb):
    nb.page.locator("[data-step=model]").click()
    nb.page.get_by_label("Any other").fill("ollama:no-such-model")
    nb.page.locator(".wb-model .other").get_by_role("button", name="Choose").click()
    assert "ollama serve" in said(nb)
    nb.page.locator('tr[data-model="bundled:all-MiniLM-L6-v2"] button').click()
    nb.wait_text("[data-step=embed]", "1 of 1")


def test_a_store_that_another_process_writes(nb, lab):
    holder = open_store(lab.notebooks / "stores-held")
    try:
        nb.run_cell(1)
        assert nb.problems() == []
        app = nb.page.locator(".wb-app").nth(1)
        said = app.locator(".wb-status .bar", has_text="Read-only")
        said.wait_for()
        assert f"another notebook (process {os.getpid()}" in said.inner_text()
        assert "Searching and asking work; embedding does not." in said.inner_text()
        unfold(app.locator("[data-step=embed]"))
        app.locator(".wb-embed", has_text="1 new").wait_for()
        assert app.locator(".wb-embed .wb-primary").is_disabled()
    finally:
        holder.close()
    nb.page.locator(".wb-app").nth(1).get_by_role("button", name="look again").last.click()
    said.wait_for(state="detached")
    app.locator(".wb-embed .wb-primary").click()
    app.locator("[data-step=embed]", has_text="1 of 1").wait_for()
