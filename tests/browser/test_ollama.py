"""The app against a server that speaks as Ollama does: choose, pull, stream, stop, and what breaks."""

from __future__ import annotations

import itertools
import time

import pytest

from tests.browser.eventually import becomes
from tests.browser.kernel import state, until, value
from tests.browser.lab import unfold
from tests.ollama.double import OllamaDouble

pytestmark = pytest.mark.browser

CELLS = [
    """import os
os.environ["OLLAMA_HOST"] = {url!r}
from workbench import Workbench
texts = ["Llamas carry loads in the Andes.", "Alpacas give fine wool.", "Camels store fat in the hump."]
wb = Workbench(texts, store="stores-ollama")
wb"""
]
QUESTION = "Which animal gives wool?"
PIECES = ("Alpacas ", "give ", "fine ", "wool ", "[1]", ". ", "Llamas ", "carry ", "loads ", "[2]", ".")
WHOLE = "".join(PIECES)


@pytest.fixture(scope="module")
def server():
    with OllamaDouble() as double:
        double.add_model("llama3.2", context=131_072)
        yield double


@pytest.fixture(scope="module")
def nb(lab, browser, server):
    lab.write("ollama.ipynb", [cell.format(url=server.url) for cell in CELLS])
    opened = lab.open(browser, "ollama.ipynb")
    opened.run_all()
    opened.wait_text(".wb-embed", "3 new")
    opened.page.locator(".wb-embed .wb-primary").click()
    opened.wait_text("[data-step=embed]", "3 of 3")
    yield opened
    assert (opened.problems(), opened.dialogs, opened.errors) == ([], [], [])
    opened.close()


def ask(nb, question=QUESTION):
    box = nb.page.locator(".wb-query textarea")
    box.fill(question)
    box.press("Enter")


def step(nb, name):
    return nb.page.locator(f"[data-step={name}]")


def answer(nb):
    return nb.page.locator(".wb-answer .text").text_content()


def settled(nb, phase):
    until(nb, f"[{state('ask')}, wb.answer is not None and wb.answer.complete]", phase)


def ready(nb):
    """The models that need no download."""
    return nb.page.locator(".wb-model tr[data-model]").evaluate_all(
        "(rows) => rows.filter((one) => !one.querySelector('button').innerText.startsWith('Download'))"
        ".map((one) => one.dataset.model)"
    )


def test_the_status_line_and_the_pickers_show_what_the_server_has(nb, server):
    host = server.url.removeprefix("http://")
    nb.wait_text(".wb-status .server", f"Ollama 0.24.0 at {host}")
    unfold(step(nb, "model"))
    becomes(lambda: ready(nb)[:2], ["bundled:all-MiniLM-L6-v2", "ollama:all-minilm"])
    assert nb.page.locator('tr[data-model="ollama:mxbai-embed-large"] button').inner_text() == "Download 670 MB"
    unfold(step(nb, "model"), wanted=False)
    nb.page.get_by_role("button", name="More…").click()
    nb.wait_text(".wb-query .model .what", "Automatic (now llama3.2)")
    models = nb.page.locator(".wb-query .model .what").all_inner_texts()
    assert models[0] == "Automatic (now llama3.2)"
    assert models[1].startswith("llama3.2")
    assert models[-1].startswith("extractive")
    nb.page.get_by_role("button", name="Less").click()


def test_an_answer_grows_piece_by_piece(nb, server):
    server.script(*PIECES, delay=0.5)  # twice the slowest redraw that a busy machine has shown
    ask(nb)
    seen = []
    while not seen or seen[-1] != WHOLE:
        said = nb.page.evaluate("() => document.querySelector('.wb-answer .text')?.textContent || ''")
        if said and said not in seen[-1:]:
            seen.append(said)
        nb.page.wait_for_timeout(30)
    assert len(seen) >= 3
    assert all(after.startswith(before) for before, after in itertools.pairwise(seen))
    settled(nb, ["done", True])
    becomes(nb.page.locator(".wb-answer .cite").all_inner_texts, ["[1]", "[2]"])
    nb.wait_text(".wb-answer .by", "llama3.2")


def test_stop_stops_and_keeps_what_was_written(nb, server, request):
    server.script(*(f"word{number} " for number in range(300)), delay=0.1)
    ask(nb)
    nb.wait_text(".wb-answer .text", "word3")
    began = time.monotonic()
    nb.page.locator(".wb-query .stop").click()
    nb.wait_text(".wb-answer .problem", "Incomplete")
    seconds = time.monotonic() - began
    request.node.user_properties.append(("seconds until an answer has stopped", seconds))
    assert seconds < 3
    assert answer(nb).startswith("word0 word1 word2 word3")
    assert value(nb, "wb.answer.complete") is False
    for _ in range(40):
        if "/api/chat" in server.hang_ups:
            break
        time.sleep(0.05)
    assert "/api/chat" in server.hang_ups


def test_a_server_that_dies_leaves_the_text_with_its_cause_and_ask_again_works(nb, server):
    server.script(*PIECES, delay=0.05)
    server.fail("/api/chat", "die", after=4)
    ask(nb)
    until(
        nb,
        f"[{state('ask')}, wb.answer is not None and wb.answer.text[:7]]",
        ["done", "Alpacas"],
    )
    said = nb.wait_text(".wb-answer .problem", "Incomplete").inner_text()
    assert WHOLE.startswith(answer(nb).strip())
    assert answer(nb).startswith("Alpacas give")
    assert len(said) > len("Incomplete: the answer broke off. Ask again")
    server.heal()
    nb.page.get_by_role("button", name="Ask again").click()
    settled(nb, ["done", True])
    nb.wait_text(".wb-answer .text", WHOLE)
    for problem in (".wb-answer .problem", ".wb-status .wrong"):
        nb.page.locator(problem).wait_for(state="detached")


def test_a_pull_shows_its_progress_can_be_cancelled_and_makes_the_model_ready(nb, server):
    unfold(step(nb, "model"))
    pull = nb.wait('tr[data-model="ollama:mxbai-embed-large"] button')
    server.pull_delay = 0.3
    pull.click()
    nb.wait_text(".wb-model .pulling", "mxbai-embed-large")
    nb.page.locator(".wb-model .pulling", has_text=" of ").wait_for()
    nb.page.locator(".wb-model .pulling button").click()
    until(nb, state("pull"), "cancelled")
    nb.wait_text('tr[data-model="ollama:mxbai-embed-large"] button', "Download")
    server.pull_delay = 0.0
    pull.click()
    until(nb, state("pull"), "done")
    nb.wait_text('tr[data-model="ollama:mxbai-embed-large"] button:enabled', "Choose")
    unfold(step(nb, "model"), wanted=False)


def test_embedding_with_a_model_of_the_server(nb, server):
    unfold(step(nb, "model"))
    nb.page.locator('tr[data-model="ollama:all-minilm"] button').click()
    nb.wait_text("[data-step=embed]", "3 to embed")
    unfold(step(nb, "embed"))
    before = len(server.sent("/api/embed"))
    nb.page.locator(".wb-embed .wb-primary").click()
    nb.wait_text("[data-step=embed]", "3 of 3")
    sent = [text for body in server.sent("/api/embed")[before:] for text in body["input"]]
    assert set(value(nb, "texts")) <= set(sent)
    assert value(nb, "[wb.embedded, wb.model_info.id]") == [3, "ollama:all-minilm"]
    server.script(*PIECES)
    asked = value(nb, "len(wb.past)")
    ask(nb)
    until(nb, "len(wb.past)", asked + 1)
    settled(nb, ["done", True])
    becomes(lambda: nb.wait(".wb-card .text").inner_text(), "Alpacas give fine wool.")
