"""The model panel in Chromium: what is typed becomes a message, and chunks that are too long are cut again."""

from __future__ import annotations

import pytest

from tests.browser.kernel import until, value
from tests.browser.lab import unfold
from tests.widgets.fake import MINILM, FakeWorkbench, chunked, words
from workbench.models import PROVIDERS
from workbench.records import Document, EmbedPlan, ModelInfo, ServerStatus
from workbench.session import choices
from workbench.widgets.embed_panel import EmbedPanel
from workbench.widgets.model_panel import ModelPanel

pytestmark = pytest.mark.browser

SERVER = ServerStatus("http://127.0.0.1:11434", reachable=True, version="0.24.0")
PLAN = EmbedPlan(980, 0, 0, 0, 980, truncated=14)
CELLS = [
    """from workbench import Workbench
words = " ".join(f"word{number}" for number in range(600))
wb = Workbench([words, "Llamas carry loads."], store="long-words")
wb.chunk_size = 400
wb"""
]


@pytest.fixture
def show(show, monkeypatch):
    monkeypatch.setattr(choices, "_cached", lambda _: ())
    for provider in ("huggingface", "openai"):
        monkeypatch.setitem(PROVIDERS, provider, "tests.widgets.test_model_panel:made")
    return show


def scene(**outputs):
    chunks = chunked(Document("a.md", words(981)), size=2)
    return FakeWorkbench(**{"chunks": chunks, "model_info": MINILM, "server": SERVER, "plan": PLAN, **outputs})


def box(page):
    return page.get_by_label("Any other")


def test_three_groups_each_with_its_button(show):
    page = show(ModelPanel(scene()))
    groups = page.locator("tr.group").all_inner_texts()
    assert groups == [
        "Ready now",
        "Needs download",
        "On somebody else’s machine: needs a key or an account, and your consent",
    ]
    page.locator('[data-model="huggingface:BAAI/bge-base-en"] button').click()
    page.locator('[data-model="openai:text-embedding-3-small"] button').press("Enter")
    assert page.sent == [
        {"do": "pull", "model": "huggingface:BAAI/bge-base-en"},
        {"do": "choose", "model": "openai:text-embedding-3-small"},
    ]


def test_a_choice_keeps_the_keyboards_place_and_what_is_off_does_nothing(show):
    wb = scene(server=ServerStatus("http://127.0.0.1:11434", problem="No Ollama answers."))
    page = show(ModelPanel(wb))
    paid = page.locator('[data-model="openai:text-embedding-3-small"] button')
    paid.press("Enter")
    wb.model = "openai:text-embedding-3-small"
    page.draw()
    assert paid.inner_text() == page.evaluate("document.activeElement.textContent") == "Chosen"
    page.keyboard.press("Enter")
    page.locator('[data-model="ollama:all-minilm"] button').press("Enter")
    assert page.sent == [{"do": "choose", "model": "openai:text-embedding-3-small"}]


def test_options_are_those_of_the_typed_ids_provider(show):
    page = show(ModelPanel(scene()))
    fold = page.get_by_role("button", name="Options")
    assert fold.is_disabled()
    box(page).fill("BAAI/bge-small-en-v1.5")
    fold.press("Enter")
    assert fold.get_attribute("aria-expanded") == "true"
    assert page.locator(".option label").all_inner_texts()[3:6] == ["backend", "device", "dtype"]
    page.get_by_label("backend").select_option("openvino")
    page.get_by_label("batch_size").fill("42")
    page.get_by_label("normalize").uncheck()
    box(page).press("Enter")
    assert page.sent == [
        {
            "do": "choose",
            "model": "BAAI/bge-small-en-v1.5",
            "options": {"backend": "openvino", "batch_size": "42", "normalize": False},
        }
    ]
    assert page.get_by_role("button", name="Options (3)").count() == 1
    box(page).fill("ollama:bge-m3")
    assert page.get_by_label("keep_alive").count() == 1
    assert page.get_by_label("backend").count() == 0


def test_what_is_typed_and_unfolded_survives_a_redraw(show):
    wb = scene()
    page = show(ModelPanel(wb))
    box(page).fill("ollama:bge-m3")
    page.get_by_role("button", name="Options").click()
    page.get_by_label("query_prefix").type("find: ")
    wb.publish(server=ServerStatus("http://127.0.0.1:11434", problem="It is gone.", hint="Start it."))
    page.draw()
    assert page.get_by_text("Models of Ollama are not ready: It is gone. Start it.").count() == 1
    assert (box(page).input_value(), page.get_by_label("query_prefix").input_value()) == ("ollama:bge-m3", "find: ")


def test_a_problem_is_an_alert_and_stays_text(show):
    panel = ModelPanel(scene())
    page = show(panel)
    panel.act("choose", model="<img src=x onerror=alert(1)>")
    page.draw()
    assert page.get_by_role("alert").inner_text().startswith("'<img src=x onerror=alert(1)>' is no model id")
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("panel", [ModelPanel, EmbedPanel])
def test_both_panels_offer_to_cut_again(show, panel):
    page = show(panel(scene()))
    said = "14 of 980 chunks are longer than the 256 tokens that this model reads: the rest of them is not seen."
    assert page.get_by_text(said).count() == 1
    page.get_by_role("button", name="Cut again for this model").press("Enter")
    assert page.sent == [{"do": "rechunk"}]


def test_consent_is_asked_with_the_numbers_in_sight(show):
    paid = ModelInfo("openai:text-embedding-3-large", "openai", ready=True, destination="api.openai.com", price=0.13)
    wb = scene(model_info=paid, plan=EmbedPlan(980, 0, 0, 0, 980, missing_tokens=2_000_000))
    wb.model = paid.id
    page = show(ModelPanel(wb))
    assert (
        page.locator("[data-line=sending]")
        .inner_text()
        .startswith(
            "Chunks and questions would go to api.openai.com. 980 texts, about 2,000,000 tokens: about $0.26 at $0.13 a"
        )
    )
    page.get_by_role("button", name="Allow and use").click()
    assert page.sent == [{"do": "allow", "model": paid.id}]


@pytest.fixture(scope="module")
def opened(lab, browser):
    lab.write("models.ipynb", CELLS)
    notebook = lab.open(browser, "models.ipynb")
    yield notebook
    assert (notebook.problems(), notebook.dialogs, notebook.errors) == ([], [], [])
    notebook.close()


@pytest.fixture
def nb(opened):
    """A notebook with a new workbench."""
    opened.run_cell(0)
    return opened


def test_cutting_again_in_the_app(nb):
    nb.wait_text("[data-step=corpus]", "too long")
    unfold(nb.page.locator("[data-step=model]"))
    said = nb.wait_text("[data-line=cut]", "longer than the 256 tokens that this model reads").inner_text()
    assert said.split(" chunks")[0] == value(nb, "f'{wb.plan.truncated} of {len(wb.chunk_list)}'")
    nb.page.get_by_role("button", name="Cut again for this model").click()
    until(nb, "[wb.plan is not None and wb.plan.truncated, wb.chunk_size]", [0, 254])
    nb.page.locator("[data-line=cut]").wait_for(state="detached")
    assert value(nb, "max(int(count) for count in wb.token_counts)") <= 254


def test_enter_in_the_box_chooses_with_the_options_in_jupyterlab(nb):
    nb.wait_text("[data-step=corpus]", "2 files")
    unfold(nb.page.locator("[data-step=model]"))
    box(nb.page).fill("ollama:all-minilm")
    nb.page.get_by_role("button", name="Options").click()
    nb.page.get_by_label("batch_size").fill("42")
    nb.page.get_by_label("batch_size").press("Enter")
    until(nb, "[getattr(wb.model, 'id', ''), getattr(wb.model, 'batch_size', 0)]", ["ollama:all-minilm", 42])
    box(nb.page).fill("nothing of the kind")
    box(nb.page).press("Enter")
    nb.wait_text(".wb-model [role=alert]", "'nothing of the kind' is no model id; write provider:name")
