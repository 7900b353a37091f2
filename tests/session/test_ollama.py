"""The workbench against a server that speaks as Ollama does, through the real `ollama` client."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ollama.double import OllamaDouble
from workbench import Workbench, embedding_model
from workbench.errors import ConsentNeeded, ModelNotFound, ServerError

TEXTS = ["Llamas carry loads in the Andes.", "Alpacas give fine wool.", "Camels store fat in the hump."]


@pytest.fixture
def server(monkeypatch):
    bundled = embedding_model("bundled:all-MiniLM-L6-v2")
    with OllamaDouble(embed=lambda texts: bundled.embed(texts, "document")) as double:
        monkeypatch.setenv("OLLAMA_HOST", double.url)
        yield double


@pytest.fixture
def wb(server, tmp_path):
    with Workbench(TEXTS, store=tmp_path / "store", model="ollama:all-minilm") as made:
        yield made


def test_embeds_with_the_vectors_of_the_same_weights(wb):
    report = wb.embed()
    assert (report.new, wb.model_info.dimensions, wb.model_info.max_tokens) == (3, 384, 512)
    found = wb.search("Which animal gives wool?")
    bundled = embedding_model("bundled:all-MiniLM-L6-v2")
    expected = bundled.embed(TEXTS, "document") @ bundled.embed(["Which animal gives wool?"], "query")[0]
    np.testing.assert_allclose(found.scores, expected, atol=1e-4)
    assert found[0].chunk.text == "Alpacas give fine wool."


def test_the_newest_local_language_model_answers(wb, server):
    server.script("Alpacas give ", "wool ", "[1].")
    answer = wb.ask("Which animal gives wool?")
    assert answer.model.startswith("ollama:")
    assert answer.text == "Alpacas give wool [1]."
    assert (answer.complete, answer.citations[0].chunk) == (True, "1:0")
    sent = [request.body for request in server.requests if request.path == "/api/chat"][-1]
    assert sent["options"]["num_ctx"] == answer.prompt.context_tokens
    assert sent["messages"][1]["content"] == answer.prompt.messages[1].content


def test_switching_to_the_bundled_model_and_back(wb, server):
    wb.embed()
    assert wb.embed(model="bundled:all-MiniLM-L6-v2").new == 3
    before = len([request for request in server.requests if request.path == "/api/embed"])
    assert wb.embed(model="ollama:all-minilm").reused == 3
    assert len([request for request in server.requests if request.path == "/api/embed"]) == before


def test_a_server_that_dies_in_the_middle_leaves_the_text(wb, server):
    wb.embed()
    server.script("Alpacas ", "give ", "wool.")
    server.fail("/api/chat", "die", after=1, times=1)
    answer = wb.ask("Which animal gives wool?")
    assert not answer.complete
    assert answer.text
    assert "Alpacas give wool.".startswith(answer.text.strip())
    assert answer.problem
    server.heal()
    assert wb.ask("Which animal gives wool?").complete


def test_a_model_that_is_missing_says_how_to_get_it(wb):
    with pytest.raises(ModelNotFound, match="ollama pull no-such-model"):
        wb.embed(model="ollama:no-such-model")
    assert "ollama pull no-such-model" in str(wb.error)


def test_a_server_that_is_not_there_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    with Workbench(TEXTS, store=tmp_path / "s", model="ollama:all-minilm") as wb:
        with pytest.raises(ServerError, match="ollama serve"):
            wb.embed()
        assert wb.embed(model="bundled:all-MiniLM-L6-v2").new == 3
        assert wb.ask("Which animal gives wool?").model == "extractive"


def test_text_leaves_the_machine_only_when_allowed(wb, server):
    server.cloud = True
    with pytest.raises(ConsentNeeded, match=r"ollama\.com"):
        wb.ask("Which animal gives wool?", llm="ollama:big-model:cloud")
    assert not [request for request in server.requests if request.path == "/api/chat"]


def test_choices_show_what_is_ready_first(wb, server):
    wb.probe()
    ready = [info.id for info in wb.model_choices() if info.ready]
    assert ready[0] == "bundled:all-MiniLM-L6-v2"
    assert "ollama:all-minilm" in ready
    assert [info.id for info in wb.llm_choices()][-1] == "extractive"
    frame = wb.models().set_index("id")
    assert not frame.loc["ollama:mxbai-embed-large", "ready"]
    assert frame.loc["ollama:mxbai-embed-large", "parameters"] == 334


def test_pull_makes_a_model_ready(wb, server):
    wb.probe()
    assert "ollama:mxbai-embed-large" not in [info.id for info in wb.model_choices() if info.ready]
    wb.pull("ollama:mxbai-embed-large")
    assert wb.progress["pull"].state == "done"
    assert "ollama:mxbai-embed-large" in [info.id for info in wb.model_choices() if info.ready]


def test_consent_says_where_and_how_much_and_can_be_given(wb):
    wb.embed()
    with pytest.raises(ConsentNeeded, match=r"goes to .*ollama\.com.* It would be sent 3 texts"):
        wb.embed(model="ollama:big-embed:cloud")
    assert 'wb.allow("ollama:big-embed:cloud")' in str(wb.error)
