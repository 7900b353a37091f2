"""The cockpit of an Ollama server: its script alone, and in a notebook against a server that speaks as Ollama does."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.browser.kernel import python, state, until, value
from tests.browser.panel_page import PanelPage
from tests.ollama.double import OllamaDouble
from tests.widgets.fake import FakeWorkbench
from workbench.models import embedding_model
from workbench.records import ServerModel, ServerStatus
from workbench.widgets.ollama_panel import OllamaPanel

pytestmark = pytest.mark.browser

HOST = "http://127.0.0.1:11434"
HOSTILE = '<img src=x onerror="alert(1)">'
SERVER = ServerStatus(
    HOST,
    reachable=True,
    version="0.24.0",
    models=(
        ServerModel("gpt-oss:120b-cloud", "language", cloud=True),
        ServerModel(
            "all-minilm:latest", "embedding", 45_949_702, loaded=True, memory=85_149_696, expires="2318-01-01T00:00:00Z"
        ),
        ServerModel(HOSTILE, "language", 853_000, loaded=True, memory=3_000_000, expires="2026-11-20T03:15:51Z"),
    ),
)
DOWN = ServerStatus(HOST, problem=f"No Ollama server answers at {HOST}.", hint="Start it with: ollama serve")
QUESTION = 'It\'s "wool" </script>\u2028?'


@pytest.fixture
def show(browser, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", HOST)
    pages = []

    def show(**outputs):
        pages.append(PanelPage(browser, OllamaPanel(FakeWorkbench(**outputs))))
        return pages[-1]

    yield show
    for page in pages:
        page.close()


def test_the_table_says_what_is_in_memory_and_cloud_and_hostile_names_stay_text(show):
    page = show(server=SERVER)
    rows = [row.all_inner_texts() for row in (one.locator("td") for one in page.locator("tbody tr").all())]
    assert rows[0] == ["gpt-oss:120b-cloud cloud", "language", "", "runs elsewhere", ""]
    assert rows[1] == ["all-minilm", "embedding", "46 MB", "85 MB for good", "Unload"]
    assert rows[2][0] == HOSTILE
    assert rows[2][3].startswith("3.0 MB until ")
    assert page.locator("img").count() == 0
    assert page.get_by_text("2 models in memory, 88 MB in all.").is_visible()


def test_it_fits_into_a_narrow_place(show):
    page = show(server=SERVER, query=QUESTION)
    page.get_by_role("button", name="Copy this request").click()
    assert page.evaluate(
        "document.querySelector('.wb-ollama').scrollWidth <= document.querySelector('.wb-ollama').clientWidth"
    )
    page.set_viewport_size({"width": 420, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


def test_the_keyboard_is_enough_to_unload_pull_and_look(show):
    page = show(server=SERVER)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Unload all-minilm"
    page.keyboard.press("Enter")
    page.get_by_label("Pull", exact=True).focus()
    page.keyboard.type("qwen3:0.6b")
    page.keyboard.press("Enter")
    assert page.sent == [
        {"do": "probe"},
        {"do": "unload", "model": "ollama:all-minilm:latest"},
        {"do": "pull", "model": "qwen3:0.6b"},
    ]


def test_a_server_that_does_not_run_shows_the_command_and_nothing_to_pull(show):
    page = show(server=DOWN)
    assert page.locator("code.start").inner_text() == "ollama serve"
    assert page.get_by_text(f"No Ollama server answers at {HOST}.").is_visible()
    assert page.get_by_label("Pull", exact=True).count() == 0
    page.panel.wb.publish(server=SERVER)
    page.draw()
    assert page.locator("code.start").count() == 0
    assert page.get_by_label("Pull", exact=True).count() == 1


def test_the_request_changes_with_what_is_chosen(show):
    page = show(server=SERVER, query=QUESTION)
    toggle = page.get_by_role("button", name="Copy this request")
    assert toggle.get_attribute("aria-expanded") == "false"
    toggle.click()
    area = page.get_by_role("textbox", name="The request as text")
    wanted = {"model": "all-minilm", "input": [QUESTION], "truncate": False}
    assert json.loads(shlex.split(area.input_value())[-1]) == wanted
    page.get_by_role("button", name="Python").click()
    assert page.sent[-1] == {"do": "request", "language": "python"}
    page.panel.act("request", language="python")
    page.draw()
    page.get_by_label("with Ollama's package").check()
    assert page.sent[-1] == {"do": "request", "package": True}
    page.panel.act("request", package=True)
    page.draw()
    assert area.input_value() == embedding_model("ollama:all-minilm").request([QUESTION]).as_code(
        "python", package=True
    )


@pytest.mark.parametrize("refuses", [False, True])
def test_copying_works_without_the_clipboard_and_selects_where_nothing_may_copy(show, refuses):
    page = show(server=SERVER, query=QUESTION)
    page.get_by_role("button", name="Copy this request").click()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("addEventListener('copy', () => { window.copied = document.activeElement.value; })")
    if refuses:
        page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Copy", exact=True).click()
    code = page.get_by_role("textbox", name="The request as text").input_value()
    if refuses:
        page.get_by_text("Selected: press Ctrl+C or Cmd+C").wait_for()
        selected = (
            "(([one]) => one.value.slice(one.selectionStart, one.selectionEnd))(document.querySelectorAll('textarea'))"
        )
        assert page.evaluate(selected) == code
    else:
        page.get_by_text("Copied").wait_for()
        assert page.evaluate("window.copied") == code


def test_the_javascript_runs_in_a_browser_as_it_stands(browser, monkeypatch):
    """On a page of the server itself, since another page may not ask it."""
    with OllamaDouble() as double:
        monkeypatch.setenv("OLLAMA_HOST", double.url)
        request = embedding_model("ollama:all-minilm", dimensions=64).request([QUESTION, "vicuña 🦙 ${x} `y` \\"])
        page = browser.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(double.url)
        with page.expect_console_message():
            page.evaluate(
                "(code) => new Promise((done) => { const one = document.createElement('script'); one.type = 'module'; "
                "one.textContent = code; one.onload = done; document.body.append(one); setTimeout(done, 2000); })",
                request.as_code("javascript"),
            )
        page.close()
        assert double.sent("/api/embed") == [request.body]
        assert said


# In a notebook -----------------------------------------------------------------------------------------------------

CELL = """import os
os.environ["OLLAMA_HOST"] = {url!r}
from workbench import Workbench
from workbench.widgets.ollama_panel import OllamaPanel
from workbench.widgets.theme import app_box
texts = ["Llamas carry loads in the Andes.", "Alpacas give fine wool."]
wb = Workbench(texts, store="stores-cockpit", model="ollama:all-minilm")
wb.probe()
panel = OllamaPanel(wb)
app_box(panel.widget)"""


@pytest.fixture(scope="module")
def server():
    with OllamaDouble() as double:
        yield double


@pytest.fixture(scope="module")
def nb(lab, browser, server):
    lab.write("cockpit.ipynb", [CELL.format(url=server.url)])
    opened = lab.open(browser, "cockpit.ipynb", width=760)
    opened.run_all()
    opened.wait(".wb-ollama")
    yield opened
    assert (opened.problems(), opened.dialogs, opened.errors) == ([], [], [])
    opened.close()


def test_a_model_is_loaded_by_embedding_and_unloaded_by_its_button(nb, server):
    nb.wait_text(".wb-ollama .server", f"Ollama 0.24.0 at {server.url.removeprefix('http://')}")
    row = nb.wait('.wb-ollama tr[data-model="ollama:all-minilm:latest"]')
    assert "not loaded" in row.inner_text()
    value(nb, "wb.embed().new")
    nb.page.get_by_role("button", name="Look again").click()
    nb.wait_text('.wb-ollama tr[data-model="ollama:all-minilm:latest"]', "85 MB until")
    assert server.models["all-minilm:latest"].loaded
    nb.page.get_by_role("button", name="Unload all-minilm").click()
    nb.wait_text('.wb-ollama tr[data-model="ollama:all-minilm:latest"]', "not loaded")
    assert not server.models["all-minilm:latest"].loaded


def test_any_name_is_pulled_with_progress_and_can_be_cancelled(nb, server):
    server.pull_delay = 0.3
    box = nb.page.get_by_label("Pull", exact=True)
    box.fill("nomic-embed-text")
    box.press("Enter")
    nb.page.locator(".wb-ollama .progress", has_text=" of 46 MB").wait_for()
    nb.page.locator(".wb-ollama .pull").get_by_role("button", name="Cancel").click()
    nb.wait_text(".wb-ollama .pull", "Pulling it again goes on there.")
    until(nb, state("pull"), "cancelled")
    assert "nomic-embed-text:latest" not in server.models
    server.pull_delay = 0.0
    box.press("Enter")
    nb.wait('.wb-ollama tr[data-model="ollama:nomic-embed-text:latest"]')
    assert "nomic-embed-text:latest" in server.models


def test_a_name_that_nobody_knows_is_said_and_another_pull_clears_it(nb, server):
    box = nb.page.get_by_label("Pull", exact=True)
    box.fill("no-such-model")
    box.press("Enter")
    nb.wait_text(".wb-ollama .failed", "There is no model 'no-such-model' to fetch")
    box.fill("ollama pull all-minilm")
    box.press("Enter")
    nb.page.locator(".wb-ollama .failed").wait_for(state="detached")  # before the server is asked
    until(nb, state("pull"), "done")
    assert [body["model"] for body in server.sent("/api/pull")][-2:] == ["no-such-model", "all-minilm"]


def test_the_copied_request_is_the_one_that_was_sent(nb, server):
    nb.page.get_by_role("button", name="Copy this request").click()
    area = nb.page.get_by_role("textbox", name="The request as text")
    area.wait_for()
    copied = json.loads(shlex.split(area.input_value())[-1])
    assert copied == {"model": "all-minilm", "input": [value(nb, "wb.chunk_list[0].text")], "truncate": False}
    [batch] = [body for body in server.sent("/api/embed") if body["input"] and "Llamas" in body["input"][0]]
    assert {**batch, "input": batch["input"][:1]} == copied
    nb.page.get_by_role("button", name="Python", exact=True).click()
    nb.page.get_by_label("with Ollama's package").check()
    until(nb, "panel.copying.package", True)
    before = len(server.sent("/api/embed"))
    nb.page.wait_for_function("document.querySelector('.wb-ollama textarea').value.includes('ollama.Client')")
    assert python(nb, area.input_value()).startswith("1 [")
    assert server.sent("/api/embed")[before:] == [copied]
