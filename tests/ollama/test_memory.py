"""Which models are in the server's memory, for how long, and taking one out, against the double."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from tests.ollama.catalogue import recorded
from tests.ollama.double import OllamaDouble
from tests.ollama.replay import Replay
from workbench.errors import ModelNotFound, ServerError
from workbench.models import embedding_model
from workbench.models.ollama.client import OllamaClient
from workbench.models.ollama.server import status, unload


def loaded(host: str | None = None) -> dict[str, tuple[int, str]]:
    """Give memory and end of each loaded model."""
    return {model.name: (model.memory, model.expires) for model in status(host, timeout=10).models if model.loaded}


def use(name: str, keep_alive: object = None) -> None:
    model = embedding_model(f"ollama:{name}", keep_alive=keep_alive)
    model.embed(["llama"], "query")
    model.close()


def seconds_left(moment: str) -> float:
    return (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()


def test_a_model_is_loaded_by_its_use_and_says_for_how_long(ollama_double):
    ollama_double.add_model("nomic-embed-text", "embedding")
    assert loaded() == {}
    use("nomic-embed-text", "30m")
    found = loaded()
    assert list(found) == ["nomic-embed-text:latest"]
    memory, moment = found["nomic-embed-text:latest"]
    assert memory == 85149696
    assert 1700 < seconds_left(moment) <= 1800
    unused = next(model for model in status(timeout=10).models if model.name == "all-minilm:latest")
    assert (unused.loaded, unused.memory, unused.expires) == (False, 0, "")


@pytest.mark.parametrize("keep_alive", [0, "0s"])
def test_keep_alive_of_nothing_leaves_nothing_loaded(ollama_double, keep_alive):
    use("all-minilm", keep_alive)
    assert loaded() == {}


def test_keep_alive_below_nothing_is_for_good(ollama_double):
    use("all-minilm", -1)
    assert loaded()["all-minilm:latest"][1][:4] > "2300"


def test_the_recorded_server_has_two_models_loaded():
    about = {
        "/api/version": [recorded("server", "version")],
        "/api/tags": [recorded("server", "tags")],
        "/api/show": [recorded("server", "show-embedding")],
        "/api/ps": [recorded("server", "ps-loaded")],
    }
    with Replay(about) as server:
        assert loaded(server.url) == {
            "all-minilm:latest": (85149696, "2026-11-21T03:15:51Z"),
            "tiny-random:latest": (3279360, "2026-11-21T03:15:51Z"),
        }


@pytest.mark.parametrize("kind", ["no-route", "not-json", "html", "status"])
def test_a_server_that_cannot_say_what_is_loaded_is_there_all_the_same(ollama_double, kind):
    use("all-minilm")
    ollama_double.fail("/api/ps", kind)
    found = status(timeout=10)
    assert (found.reachable, found.problem, len(found.models)) == (True, "", 2)
    assert not any(model.loaded for model in found.models)


def test_a_server_that_is_silent_about_what_is_loaded_is_there_all_the_same(ollama_double):
    ollama_double.fail("/api/ps", "hang")
    found = status(timeout=0.6)
    assert (found.reachable, len(found.models)) == (True, 2)


@pytest.mark.parametrize("name", ["all-minilm", "all-minilm:latest", "ALL-minilm"])
def test_an_embedding_model_is_unloaded(ollama_double, name):
    use("all-minilm")
    assert unload(name) is True
    assert loaded() == {}
    assert ollama_double.sent("/api/embed")[1:] == [{"model": name, "input": [], "keep_alive": 0}]


def test_a_language_model_is_unloaded_as_recorded(ollama_double):
    with OllamaClient() as client:
        client.reply("POST", "/api/generate", {"model": "tiny-random", "prompt": ""})
    assert list(loaded()) == ["tiny-random:latest"]
    assert unload("tiny-random") is True
    assert loaded() == {}
    assert ollama_double.sent("/api/generate")[1:] == [recorded("generate", "generate-unload")["request"]["body"]]
    assert ollama_double.sent("/api/embed") == []


def test_a_model_at_work_goes_when_the_work_has_ended(ollama_double, monkeypatch):
    monkeypatch.setattr("workbench.models.ollama.unload.WAIT_SECONDS", 0.1)
    use("all-minilm")
    model = ollama_double.models["all-minilm:latest"]
    model.used = lambda keep_alive=None: None  # the server waits for the requests under way
    assert unload("all-minilm") is False
    assert list(loaded()) == ["all-minilm:latest"]
    threading.Timer(0.05, lambda: setattr(model, "loaded", False)).start()
    monkeypatch.setattr("workbench.models.ollama.unload.WAIT_SECONDS", 20.0)
    assert unload("all-minilm") is True


def test_unloading_what_is_not_there_is_one_sentence(ollama_double):
    with pytest.raises(ModelNotFound, match=r"has no model 'nope'\. Get it with: ollama pull nope"):
        unload("nope")
    ollama_double.fail("/api/generate", "busy")
    with pytest.raises(ServerError, match="is busy"):
        unload("all-minilm")
    with pytest.raises(ServerError, match="Start it with: ollama serve"):
        unload("all-minilm", "127.0.0.1:9")


def test_newer_servers_too():
    with OllamaDouble(version="0.32.15") as double:
        model = embedding_model("ollama:all-minilm", host=double.url)
        model.embed(["llama"], "query")
        model.close()
        assert list(loaded(double.url)) == ["all-minilm:latest"]
        assert unload("all-minilm", double.url) is True
        assert loaded(double.url) == {}
