"""What fuzzing found, each case by itself."""

from __future__ import annotations

import json
import threading
from contextlib import closing

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.faults.raw_server import RawServer
from tests.figures.corpus import chunks as drawn_chunks
from tests.figures.corpus import picture
from tests.index.helpers import chunks, collection_of, embed, keys_of
from tests.ollama.texts import request_of
from workbench.corpus.questions import parse_questions
from workbench.doctor.store_place import holder
from workbench.errors import ModelError, ServerError
from workbench.figures import map_figure
from workbench.figures.text import plain, shorten
from workbench.generation.ollama import OllamaChat
from workbench.generation.openai import OpenAIChat
from workbench.index.layouts import load_layout, save_layout
from workbench.index.lock import WriterLock
from workbench.index.store import open_store
from workbench.models.check.store import stored
from workbench.models.huggingface.layout import read_layout
from workbench.models.huggingface.remote import Remote
from workbench.models.ollama.pull import pull
from workbench.models.ollama.status import status
from workbench.models.openai import OpenAIModel
from workbench.paths import cache_folder
from workbench.records import Projection

DEEP = "[" * 5000
"""Python's own parser gives up with RecursionError, which is no ValueError."""


@pytest.fixture
def server():
    with RawServer() as running:
        running.says("/api/version", {"version": "0.24.0"})
        running.says("/api/tags", {"models": []})
        running.says("/api/show", {})
        yield running


def chat(server):
    model = OllamaChat("m", host=server.url, timeout=5)
    try:
        return list(model.stream(request_of(), threading.Event()))
    finally:
        model.close()


def test_brackets_without_end_in_a_line(server):
    server.streams("/api/chat", [DEEP.encode()])
    server.streams("/api/pull", [DEEP.encode()])
    with pytest.raises(ServerError, match="is not JSON"):
        chat(server)
    with pytest.raises(ServerError, match="is not JSON"):
        pull("m", threading.Event(), lambda *said: None, server.url)


@pytest.mark.parametrize("message", ["hum", 7, ["hum"], True])
def test_a_message_that_is_no_object(server, message):
    server.streams("/api/chat", [json.dumps({"message": message, "done": True}).encode()])
    with pytest.raises(ServerError, match="not as Ollama does"):
        chat(server)


@pytest.mark.parametrize("count", ["7", -1, 1.5, 10**40, True, []])
def test_counts_that_are_none(server, count):
    last = {"done": True, "eval_count": count, "prompt_eval_count": count, "eval_duration": count}
    server.streams("/api/chat", [json.dumps(last).encode()])
    (piece,) = chat(server)
    assert (piece.prompt_tokens, piece.answer_tokens, piece.seconds) == (None, None, None)


@pytest.mark.parametrize("shown", [[], "x", None, {"model_info": []}, {"model_info": "x"}])
def test_a_model_described_in_another_shape(server, shown):
    server.says("/api/show", shown)
    server.streams("/api/chat", [b'{"done": true}'])
    try:
        assert chat(server)[-1].done
    except ServerError as error:
        assert "not as Ollama does" in str(error)  # noqa: PT017 - either is right


@pytest.mark.parametrize("size", ["1.2.3B", "..", "8.0B", ""])
def test_sizes_of_models_in_any_words(server, size):
    server.says("/api/tags", {"models": [{"name": "m", "details": {"parameter_size": size}, "size": float("inf")}]})
    found = status(server.url, timeout=5)
    assert found.reachable or "not as Ollama does" in found.problem


@pytest.mark.parametrize("chunk", [{"choices": None}, {"choices": "x"}, {"choices": [7]}, None, [1]])
def test_chunks_of_another_service(server, chunk):
    lines = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
    server.streams("/v1/chat/completions", [lines], "text/event-stream")
    model = OpenAIChat("m", base_url=f"{server.url}/v1", timeout=5)
    with pytest.raises(ServerError, match=r"not as /v1/chat/completions does|broke off"):
        list(model.stream(request_of(), threading.Event()))


def test_brackets_without_end_from_another_service(server):
    server.streams("/v1/chat/completions", [f"data: {DEEP}\n\n".encode()], "text/event-stream")
    chat = OpenAIChat("m", base_url=f"{server.url}/v1", timeout=5)
    with pytest.raises(ServerError, match="a reply that cannot be read"):
        list(chat.stream(request_of(), threading.Event()))
    server.streams("/v1/embeddings", [DEEP.encode()], "application/json")
    with (
        closing(OpenAIModel("m", base_url=f"{server.url}/v1", timeout=5)) as model,
        pytest.raises(ServerError, match="a reply that cannot be read"),
    ):
        model.embed(["a"], "document")


@pytest.mark.parametrize("name", [7, "a\0b", "/etc/x", "a/../b", "a//b", "C:\\x"])
def test_names_of_files_on_the_hub_that_would_leave_the_cache(server, monkeypatch, name):
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    file = {"rfilename": name, "size": 3, "blobId": "c" * 40}
    server.says("/api/models/o/m/revision/main", {"sha": "b" * 40, "siblings": [file]})
    with Remote(token=False) as remote:
        if name == 7:
            assert remote.listing("o/m", None).files[0].path == "7"
        else:
            with pytest.raises(ModelError, match="nothing was fetched"):
                remote.listing("o/m", None)


def test_a_hub_that_answers_with_a_page(server, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    server.streams("/api/models/o/m/revision/main", [b"<html>"], "text/html")
    with Remote(token=False) as remote, pytest.raises(ModelError, match="cannot be read"):
        remote.listing("o/m", None)


def test_brackets_without_end_in_what_we_read_back(tmp_path):
    assert parse_questions(DEEP) == ((), ["line 1 is not JSON"])
    (tmp_path / "writer.json").write_text(DEEP)
    assert WriterLock(tmp_path).holder() == {}
    assert holder(tmp_path) is None
    check = cache_folder() / "checks" / f"{'a' * 64}.json"
    check.parent.mkdir(parents=True, exist_ok=True)
    check.write_text(DEEP)
    assert stored("a" * 64) is None
    (tmp_path / "config.json").write_text(DEEP)
    with pytest.raises(ModelError, match="cannot be read"):
        read_layout(tmp_path)


@pytest.mark.parametrize("path", ["/etc", "../../secret", "a\0b", "x" * 5000])
def test_a_model_whose_parts_lie_elsewhere(tmp_path, path):
    (tmp_path / "modules.json").write_text(json.dumps([{"type": "a.Transformer", "path": path}]))
    with pytest.raises(ModelError, match="names the folder"):
        read_layout(tmp_path)


@pytest.mark.parametrize("width", ["8", 1e400, [8], {}])
def test_a_pooling_of_odd_width(tmp_path, width):
    (tmp_path / "p").mkdir()
    (tmp_path / "modules.json").write_text(json.dumps([{"type": "a.Pooling", "path": "p"}]))
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": 8, "max_position_embeddings": -3}))
    (tmp_path / "p" / "config.json").write_text(json.dumps({"word_embedding_dimension": width, "pooling_mode": 3}))
    layout = read_layout(tmp_path)
    assert layout.dimensions in (None, 8)
    assert layout.max_tokens > 0


@pytest.mark.parametrize("shape", [[8], [4, 1], [2, 4], [1, 4, 2]])
def test_a_stored_picture_of_another_shape(tmp_path, shape):
    opened = open_store(tmp_path)
    model = WordModel(8)
    try:
        embed(opened, model, chunks(4))
        ids, name = tuple(f"doc:{at}" for at in range(4)), collection_of(model).name
        coordinates = np.arange(8, dtype=np.float32).reshape(4, 2)
        save_layout(opened.record, name, {}, Projection(ids, coordinates, "pca"), keys_of(model, chunks(4)))
        about = json.loads(opened.record.query("SELECT about FROM pictures")[0][0])
        changed = json.dumps({**about, "arrays": [["coordinates", "f", shape]]})
        opened.record.execute("UPDATE pictures SET about = ?", [(changed,)])
        assert load_layout(opened.record, name, {}) is None
        opened.record.execute("UPDATE pictures SET about = ?", [(DEEP,)])
        assert load_layout(opened.record, name, {}) is None
    finally:
        opened.close()


def test_half_a_character_in_a_figure():
    assert plain("a\ud800b") == shorten("a\ud800b", 9) == "a\ufffdb"
    json.loads(map_figure(picture(), drawn_chunks(), title="\ud800 llamas").to_json())
