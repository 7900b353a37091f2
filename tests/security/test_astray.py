"""Neither a proxy nor a redirect carries texts or keys to somebody whom the person did not name."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from tests.doubles import WordModel
from tests.generation.chat_double import ChatDouble
from tests.index.helpers import chunks, collection_of, embed
from tests.index.test_chroma_server import server as chroma_server  # noqa: F401 - a fixture
from tests.models.huggingface.hub_double import HubDouble
from tests.models.remote.double import RemoteDouble
from tests.ollama.double import OllamaDouble
from tests.security.servers import Redirecting, Silent
from workbench import embedding_model
from workbench.errors import ServerError, StoreError
from workbench.generation import language_model
from workbench.generation.openai import OpenAIChat
from workbench.index.chroma import fill
from workbench.index.store import open_store
from workbench.interop.chroma_collection import read_collection
from workbench.jobs.child import Child
from workbench.models.azure import AzureModel
from workbench.models.huggingface.remote import Remote
from workbench.models.ollama.client import OllamaClient
from workbench.models.ollama.status import status
from workbench.models.openai import OpenAIModel
from workbench.records import Message, PromptRequest

KEY = "-".join(("sk", "canary", "0123456789abcdefghij"))
TEXT = "The llama carries loads in the Andes."
PROMPT = PromptRequest("Who?", (), (Message("user", TEXT),))


def answer_of(model) -> str:
    return "".join(piece.text for piece in model.stream(PROMPT, threading.Event()))


@pytest.fixture
def stranger():
    with Silent() as server:
        yield server


# Redirects ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_an_ollama_server_is_told_and_not_followed(stranger, status, monkeypatch):
    monkeypatch.setenv("OLLAMA_API_KEY", KEY)
    with Redirecting(stranger.url, status) as server:
        client = OllamaClient(server.url)
        with pytest.raises(ServerError, match=f"sends its clients elsewhere .{status}: {stranger.url}.*OLLAMA_HOST"):
            client.reply("POST", "/api/embed", {"model": "m", "input": [TEXT]})
        with pytest.raises(ServerError, match="sends its clients elsewhere"):
            list(client.lines("/api/chat", {"model": "m", "messages": [TEXT]}, threading.Event()))
        client.close()
        assert TEXT.encode() in server.texts
    assert stranger.heard == []


@pytest.mark.parametrize(
    "make",
    [
        lambda url: OpenAIModel("words", base_url=f"{url}/v1", api_key=KEY),
        lambda url: AzureModel("words", endpoint=url, api_key=KEY),
        lambda url: embedding_model("ollama:all-minilm", host=url),
    ],
    ids=["openai", "azure", "ollama"],
)
def test_no_embedding_model_follows_a_redirect(make, stranger):
    with Redirecting(stranger.url) as server:
        model = make(server.url)
        with pytest.raises(ServerError):
            model.embed([TEXT], "document")
        model.close()
        assert len(server.heard) >= 1
    assert stranger.heard == []


@pytest.mark.parametrize(
    "make",
    [
        lambda url: OpenAIChat("words", base_url=f"{url}/v1", api_key=KEY),
        lambda url: language_model("ollama:tiny-random", embed=None, host=url),
    ],
    ids=["openai", "ollama"],
)
def test_no_language_model_follows_a_redirect(make, stranger):
    with Redirecting(stranger.url) as server:
        model = make(server.url)
        with pytest.raises(ServerError):
            answer_of(model)
        model.close()
        assert len(server.heard) >= 1
    assert stranger.heard == []


def test_a_redirect_of_a_chroma_server_is_not_followed(stranger, tmp_path):
    child = Child("chroma")
    with Redirecting(stranger.url) as server:
        with pytest.raises(StoreError, match=f"collections in {server.url} cannot be read"):
            child.run(read_collection, server.url, "c", str(tmp_path))
        assert len(server.heard) >= 1
    child.close()
    assert stranger.heard == []


def test_the_hubs_token_stays_at_the_hub(stranger):
    with Redirecting(stranger.url) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", server.url)
        with Remote(KEY) as remote, pytest.raises(Exception, match="no model"):
            remote.listing("a/b", None)
        assert [one.headers["authorization"] for one in server.heard] == [f"Bearer {KEY}"]
    # The hub does send its clients on, to where the files are; the token does not go with them.
    assert [("authorization" in {name.lower() for name in one.headers}) for one in stranger.heard] == [False]


# Proxies ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"])
def proxied(request, stranger, monkeypatch):
    """Set a proxy that would see every request that leaves by it."""
    monkeypatch.setenv(request.param, stranger.url)
    yield stranger
    assert stranger.heard == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_ollama_on_this_machine_is_asked_without_the_proxy(proxied, host):
    with OllamaDouble() as double:
        there = double.url.replace("127.0.0.1", host)
        assert status(there, timeout=5).reachable
        model = embedding_model("ollama:all-minilm", host=there)
        assert model.embed([TEXT], "document").shape == (1, 384)
        model.close()
        chat = language_model("ollama:tiny-random", embed=None, host=there)
        assert answer_of(chat)
        chat.close()


def test_a_compatible_server_on_this_machine_is_asked_without_the_proxy(proxied):
    with RemoteDouble() as double, ChatDouble() as chat:
        model = OpenAIModel("words", base_url=f"{double.url}/v1")
        assert len(model.embed([TEXT], "document")) == 1
        model.close()
        assert answer_of(OpenAIChat("words", base_url=chat.url))


def test_a_mirror_of_the_hub_on_this_machine_is_asked_without_the_proxy(proxied, monkeypatch, tmp_path):
    with HubDouble(tmp_path) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        with Remote(False) as remote, pytest.raises(Exception, match="no model"):
            remote.listing("nobody/nothing", None)


def test_a_proxy_is_used_for_others_so_that_these_tests_can_fail(stranger, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", stranger.url)
    found = status("http://models.example:11434", timeout=5)
    assert not found.reachable
    assert stranger.heard[0].target == "http://models.example:11434/api/version"


def test_a_chroma_server_on_this_machine_is_asked_without_the_proxy(chroma_server, stranger, monkeypatch, tmp_path):  # noqa: F811
    monkeypatch.setenv("HTTP_PROXY", stranger.url)
    monkeypatch.setenv("NO_PROXY", "elsewhere.example")
    store, model = open_store(tmp_path / "store"), WordModel()
    embed(store, model, chunks(3))
    assert fill(str(store.path), collection_of(model).name, chroma_server) == 3
    store.close()
    assert stranger.heard == []
    assert os.environ["NO_PROXY"] == "elsewhere.example"
    assert "no_proxy" not in os.environ


# Names --------------------------------------------------------------------------------------------------------------


def test_an_address_on_this_machine_is_never_looked_up(monkeypatch):
    """A name that somebody else resolves could be anybody's machine."""
    asked = []
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: asked.append(host) or real(host, *rest, **more)
    )
    with OllamaDouble() as double:
        model = embedding_model("ollama:all-minilm", host=double.url)
        model.embed([TEXT], "document")
        model.close()
    assert set(asked) <= {"127.0.0.1", b"127.0.0.1"}
