"""Text of documents, names, metadata, questions and models is text wherever it is shown, and nothing of it runs."""

from __future__ import annotations

import pytest

from tests.browser.kernel import python, until, value
from tests.browser.map_page import MapPage

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=alert(1)>"
SCRIPT = "<script>alert(2)</script>"
CELLS = [
    f"""from pathlib import Path
from workbench import Workbench
from workbench.records import Piece
folder = Path("hostile")
folder.mkdir(exist_ok=True)
for n in range(4):
    text = f"# {EVIL} {{n}}\\n\\n{SCRIPT} Llamas $\\\\alpha$ [click](javascript:alert(3)) hum {{n}} times.\\n"
    (folder / f"{EVIL}{{n}}.md").write_text(text, encoding="utf-8")
(folder / "questions.jsonl").write_text('{{"id": "1", "question": "{EVIL} llamas?", "documents": []}}\\n')
(folder / "{EVIL}.bin").write_bytes(bytes(range(256)))
class Writer:
    id, context_tokens = "evil:{EVIL}", 0
    def count_tokens(self, text): return len(text.split())
    def stream(self, request, cancel):
        yield Piece("{EVIL} {SCRIPT} $\\\\alpha$ [1] <a href='javascript:alert(4)'>here</a>")
        yield Piece(done=True, reason="stop")
    def close(self): pass
wb = Workbench(folder, llm=Writer())
wb""",
    f"""import pandas as pd
rows = [{{"id": f"{EVIL}{{n}}", "text": f"{SCRIPT} number {{n}}", "{EVIL}": f"{SCRIPT}{{n}}"}} for n in range(3)]
frame = Workbench(pd.DataFrame(rows).set_index("id", drop=False))
frame.embed()
frame.map(color="{EVIL}")""",
]
RUNS = (
    "document.querySelectorAll(`img[src='x'], .jp-Notebook script, a[href^='javascript'], .wb-app mjx-container`)"
    ".length"
)


@pytest.fixture(scope="module")
def nb(lab, browser):
    lab.write("hostile.ipynb", CELLS)
    opened = lab.open(browser, "hostile.ipynb")
    opened.run_all()
    assert opened.problems() == []
    python(opened, f"wb.embed()\nwb.ask({EVIL + ' llamas?'!r})\nwb.selection = list(wb.chunks['id'][:2])")
    opened.wait(".wb-answer .cite")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def nothing_runs(nb):
    yield
    assert nb.page.evaluate(RUNS) == 0
    assert (nb.dialogs, nb.errors) == ([], [])


def test_question_answer_cards_and_history(nb):
    assert nb.page.locator(".wb-query textarea").input_value() == f"{EVIL} llamas?"
    assert nb.wait(".wb-answer .text").inner_text().startswith(f"{EVIL} {SCRIPT} $\\alpha$ [1] <a href='javascript:")
    assert EVIL in nb.wait(".wb-answer .by").inner_text()
    card = nb.wait(".wb-card").inner_text()
    assert EVIL in card
    assert SCRIPT in card
    assert "[click](javascript:alert(3))" in card
    nb.page.get_by_role("button", name="Earlier (").click()
    assert EVIL in nb.wait(".wb-query .list .row").inner_text()
    nb.page.get_by_role("button", name="Earlier (").click()


def test_steps_load_report_and_lens(nb):
    for step in ("model", "corpus"):
        nb.page.locator(f"[data-step={step}]").click()
        nb.wait(f"[data-step={step}][aria-expanded=true]")
    nb.page.locator(".wb-corpus summary", has_text="Load report").click()
    report = nb.wait(".wb-corpus details table").inner_text()
    assert f"{EVIL}0.md" in report
    assert f"{EVIL}.bin" in report
    assert SCRIPT in nb.wait_text(".wb-corpus .text", "Llamas").inner_text()
    nb.page.locator("[data-step=corpus]").click()


def test_the_prompt_as_it_was_sent(nb):
    nb.page.get_by_role("tab", name="Prompt").click()
    assert EVIL in nb.wait(".wb-prompt").inner_text()


@pytest.mark.parametrize("tab", ["Trace", "Chunks", "Selection"])
def test_tabs(nb, tab):
    nb.page.get_by_role("tab", name=tab).click()
    nb.wait(f".wb-details [role=tab][aria-selected=true]:has-text('{tab}')")
    assert EVIL in nb.wait(".wb-trace table" if tab == "Trace" else ".wb-details .tab").inner_text()


def test_the_map_hovers_and_explains_its_colours_as_text(nb):
    chart = MapPage(nb)
    until(nb, "len(wb.projection) if wb.projection else 0", 4)
    nb.page.locator(".wb-map .js-plotly-plot").scroll_into_view_if_needed()
    nb.page.mouse.move(5, 5)
    for place in chart.pixels("points"):
        nb.page.mouse.move(place[0] + 8, place[1])
        nb.page.mouse.move(*place, steps=3)
        nb.page.wait_for_timeout(250)
        if nb.page.locator(".wb-map .hoverlayer .hovertext").count():
            break
    assert EVIL in nb.wait(".wb-map .hoverlayer .hovertext").text_content()
    assert f"{EVIL[-18:]}0.md" in nb.wait(".wb-map .legend").text_content()


def test_metadata_and_its_names_in_a_static_map(nb):
    legend = nb.page.locator(".jp-CodeCell").nth(1).locator(".legend")
    legend.wait_for()
    assert f"{SCRIPT[-17:]}0" in legend.text_content()


def test_a_hostile_model_name_is_an_error_in_words(nb):
    nb.page.locator("[data-step=model]").click()
    nb.page.get_by_label("Any other").fill(f"ollama:{EVIL}")
    nb.page.locator(".wb-model .other").get_by_role("button", name="Choose").click()
    said = nb.wait(".wb-status .wrong").inner_text()
    assert "Dismiss" in said
    python(nb, "wb.model = 'bundled:all-MiniLM-L6-v2'\nwb.dismiss()")


def test_the_saved_notebook_opened_again(nb, lab, browser):
    nb.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    saved = (lab.notebooks / "hostile.ipynb").read_text()
    assert "The live panels need a running kernel" in saved
    assert "onerror" in saved
    again = lab.open(browser, "hostile.ipynb")
    again.page.wait_for_timeout(1500)
    try:
        assert again.page.evaluate(RUNS) == 0
        assert again.dialogs == []
    finally:
        again.page.context.close()
    assert value(nb, "1 + 1") == 2
