"""The whole app in a real JupyterLab: what a person does first, and what must not happen."""

from __future__ import annotations

from functools import partial

import pytest

from tests.browser.eventually import becomes

pytestmark = pytest.mark.browser

EVIL = "# <img src=x onerror=alert(1)>\\n\\n<script>alert(2)</script> Alpacas give wool.\\n"
CORPUS = f"""
from pathlib import Path
from workbench import Workbench
folder = Path(NAME)
folder.mkdir(exist_ok=True)
(folder / "llamas.md").write_text("# Llamas\\n\\nLlamas carry loads across the Andes.\\n", encoding="utf-8")
(folder / "camels.md").write_text("# Camels\\n\\nCamels store fat in their humps.\\n", encoding="utf-8")
(folder / "evil.md").write_text("{EVIL}", encoding="utf-8")
(folder / "picture.bin").write_bytes(bytes(range(256)))
"""


def corpus(name):
    return [CORPUS.replace("NAME", repr(name)), "wb = Workbench(folder)\nwb"]


def left(locator):
    return locator.bounding_box()["x"]


def top(locator):
    return locator.bounding_box()["y"]


def test_first_run_embeds_asks_and_runs_nothing_from_a_document(notebook):
    nb = notebook(corpus("first"))
    nb.wait_text(".wb-status b", "first")
    nb.wait_text("[data-step=corpus]", "3 files, 3 chunks · 1 file skipped")
    nb.wait("[data-step=embed][aria-expanded=true]")
    nb.wait_text(".wb-embed", "3 new · with all-MiniLM-L6-v2")
    nb.page.locator(".wb-embed .wb-primary").click()
    nb.wait_text("[data-step=embed]", "3 of 3 · 3 new in")
    nb.wait("[data-step=embed][aria-expanded=false]")
    nb.page.locator(".wb-query textarea").fill("Where do llamas carry loads?")
    nb.page.get_by_role("button", name="Ask", exact=True).click()
    nb.wait_text(".wb-card", "Llamas carry loads across the Andes.")
    nb.wait(".wb-answer .cite")
    nb.page.locator("[data-step=corpus]").click()
    nb.page.locator(".wb-corpus select[aria-label=Document]").select_option("evil.md")
    assert nb.wait_text(".wb-corpus .text", "<script>alert(2)</script>").is_visible()
    assert (nb.dialogs, nb.errors) == ([], [])


def test_below_760_pixels_the_answer_comes_first(notebook):
    nb = notebook(corpus("narrow"), width=700, theme="dark")
    nb.wait(".wb-main > .wb-right")
    assert top(nb.wait(".wb-right")) < top(nb.wait(".wb-left"))
    assert left(nb.wait(".wb-right")) == left(nb.wait(".wb-left"))
    steps = nb.page.locator(".wb-steps .step")
    assert top(steps.nth(0)) < top(steps.nth(1)) < top(steps.nth(2))
    for theme, colour in (("Dark", "rgb(17, 17, 17)"), ("Light", "rgb(255, 255, 255)")):
        nb.turn(theme)  # the page was opened dark
        shown = partial(nb.page.evaluate, "getComputedStyle(document.querySelector('.wb-app')).backgroundColor")
        becomes(shown, colour)


def test_the_keyboard_opens_a_step_and_switches_the_presentation(notebook):
    nb = notebook(corpus("keys"))
    step = nb.wait("[data-step=model]")
    nb.wait_text("[data-step=model]", "384 dimensions")
    step.focus()
    nb.page.keyboard.press("Enter")
    nb.wait_text(".wb-model", "Needs download")
    nb.wait("[data-step=model][aria-expanded=true]")
    nb.page.get_by_role("button", name="Presentation").focus()
    nb.page.keyboard.press("Space")
    nb.wait(".wb-app.wb-presentation")
    assert nb.page.locator(".jp-Notebook .jp-CodeCell").count() == 2  # no key was taken as a command


def test_files_and_variables_become_a_corpus(notebook):
    nb = notebook(["texts = ['Llamas hum.', 'Camels spit.']\nfrom workbench import Workbench\nwb = Workbench()\nwb"])
    nb.page.locator(".wb-corpus input[type=file]").set_input_files(
        [{"name": "wool.md", "mimeType": "text/markdown", "buffer": b"# Wool\n\nVicuna wool is fine."}]
    )
    nb.wait_text("[data-step=corpus]", "1 file, 1 chunk")
    nb.wait_text(".wb-embed", "1 new")  # the next step has opened itself
    nb.page.locator("[data-step=corpus]").click()
    nb.wait_text(".wb-corpus .text", "Vicuna wool is fine.")
    variables = nb.page.get_by_label("or a variable")
    variables.wait_for()
    variables.focus()
    nb.page.locator(".wb-corpus option[value=texts]").wait_for(state="attached")
    variables.select_option("texts")
    nb.wait_text(".wb-corpus .text", "Llamas hum.")
