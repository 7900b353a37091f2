"""A key is seen by the service it is for, and nowhere else, in whatever way a request fails."""

from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import closing

import pytest

from tests.security.canaries import ENVIRONMENT, errors_of, found_in, given, seen_of
from tests.security.servers import Heard, Redirecting, Silent, _Server
from workbench import embedding_model
from workbench.errors import WorkbenchError
from workbench.generation import language_model
from workbench.models import info_of
from workbench.models.huggingface import hub
from workbench.models.remote.secret import Secret
from workbench.records import Message, PromptRequest

TEXT = "The llama carries loads in the Andes."


class Echoing(_Server):
    """Refuses, and repeats all that it was sent, the key first of all."""

    status = 401
    kind = "application/json"

    def reply(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        sent = {name.lower(): value for name, value in heard.headers.items()}
        key = sent.get("authorization", sent.get("api-key", ""))
        words = f"Incorrect API key provided: {key}. You sent {json.dumps(sent)}"
        body = {"error": {"message": words, "code": "invalid_api_key"}} if self.kind.endswith("json") else words
        return self.status, {"Content-Type": self.kind}, json.dumps(body).encode()


class Garbled(_Server):
    """Answers 200 with the headers it was sent, in no form that anybody expects."""

    def reply(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        return 200, {"Content-Type": "application/json"}, json.dumps({"you": dict(heard.headers)}).encode()


class Cutting(_Server):
    """Closes the connection in the middle of its reply."""

    def reply(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        raise ConnectionResetError


class Own:
    """A model of a person's own, with a key and a library that repeats it."""

    def __init__(self) -> None:
        self.api_key = given("argument")

    def embed_documents(self, texts):
        raise RuntimeError(f"401 for Authorization: Bearer {self.api_key}")

    def embed_query(self, text):
        return self.embed_documents([text])[0]


def embed(make):
    def call(url):
        with closing(make(url)) as model:
            yield model
            model.embed([TEXT], "document")

    return call


def answer(make):
    def call(url):
        with closing(make(url)) as model:
            yield model
            list(model.stream(PromptRequest("Who?", (), (Message("user", TEXT),)), threading.Event()))

    return call


def fetch(token):
    def call(url):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HF_ENDPOINT", url)
            patch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "")
            yield None
            hub.listing("owner/name", None, token())

    return call


def model_of_hub(url):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", url)
        model = embedding_model("huggingface:owner/name", token=given("argument"))
        yield model
        model.embed([TEXT], "document")


class Token:
    """An Entra login that fails, with what it would have given in its words."""

    def __call__(self) -> str:
        raise RuntimeError(f"AADSTS70002: token {given('argument')} is not valid")


WAYS = {
    "openai, environment": embed(lambda url: embedding_model("openai:words", base_url=f"{url}/v1", max_retries=1)),
    "openai, argument": embed(
        lambda url: embedding_model("openai:words", base_url=f"{url}/v1", api_key=given("argument"), max_retries=1)
    ),
    "azure": embed(lambda url: embedding_model("azure:words", endpoint=url, api_key=given("argument"), max_retries=0)),
    "azure, a token": embed(
        lambda url: embedding_model("azure:words", endpoint=url, credential=lambda: given("argument"))
    ),
    "azure, no token": embed(lambda url: embedding_model("azure:words", endpoint=url, credential=Token())),
    "ollama": embed(lambda url: embedding_model("ollama:all-minilm", host=url, timeout=1.0)),
    "openai chat": answer(
        lambda url: language_model(
            "openai:words", embed=None, base_url=f"{url}/v1", api_key=given("argument"), timeout=1.0
        )
    ),
    "ollama chat": answer(lambda url: language_model("ollama:tiny", embed=None, host=url, timeout=1.0)),
    "hub, environment": fetch(lambda: None),
    "hub, argument": fetch(lambda: Secret(given("argument"))),
    "hub, a model": model_of_hub,
    "own object": embed(lambda url: embedding_model(Own())),
}


@pytest.fixture(autouse=True)
def canaries(monkeypatch, tmp_path):
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, given(name))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("workbench.models.remote.waiting.backoff", lambda attempt: 0.0)
    # On this machine a key is sent only to who asks for it; here every server is to hear it, to give it away.
    monkeypatch.setattr("workbench.models.remote.access.OpenAIAccess.key", _any_key)


def _any_key(self):
    from workbench.models.remote import keys

    return self._given or keys.found("openai")


def with_status(status, kind="application/json"):
    server = Echoing()
    server.status, server.kind = status, kind
    return server


FAILURES = {
    "401": lambda: with_status(401),
    "403": lambda: with_status(403),
    "404": lambda: with_status(404),
    "400": lambda: with_status(400),
    "429": lambda: with_status(429),
    "500 as a page": lambda: with_status(500, "text/html"),
    "a reply of another form": Garbled,
    "cut off": Cutting,
    "sent elsewhere": lambda: Redirecting("http://127.0.0.1:9"),
    "nothing there": None,
    "no such name": None,
}


def hidden_from(way, url, log, capfd):
    """Run one way to its failure, and give every place where a key could be read."""
    log.clear()
    run = way(url)
    model = next(run)
    places = list(seen_of(model)) if model is not None else []
    with pytest.raises(WorkbenchError) as caught:
        next(run)
    places += errors_of(caught.value)
    places += list(seen_of(model)) if model is not None else []
    places += [(f"log of {record.name}", f"{record.getMessage()} {record.args!r}") for record in log.records]
    out, err = capfd.readouterr()
    return [*places, ("output", out), ("errors", err)]


@pytest.mark.parametrize("name", WAYS)
def test_no_failure_shows_a_key(name, caplog, capfd, monkeypatch):
    caplog.set_level(logging.DEBUG)
    looked_at = 0
    for failure, server in FAILURES.items():
        if server is None:
            gone = Silent()
            gone._server.server_close()
            url = gone.url if failure == "nothing there" else "http://nobody.invalid"
            with monkeypatch.context() as patch:
                patch.setattr(socket, "getaddrinfo", _unknown)
                patch.setattr("workbench.models.ollama.hosts.is_loopback", lambda url: True)
                places = hidden_from(WAYS[name], url, caplog, capfd)
        else:
            with server() as running:
                places = hidden_from(WAYS[name], running.url, caplog, capfd)
        leaks = {(place, *found_in(text)) for place, text in places if found_in(text)}
        assert leaks == set(), (name, failure)
        looked_at += len(places)
    assert looked_at > 40


def _unknown(host, *rest, **more):
    if host in ("nobody.invalid", b"nobody.invalid"):
        raise socket.gaierror(-2, "Name or service not known")
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (str(host), int(rest[0])))]


def test_the_servers_heard_the_keys_so_that_there_was_something_to_show(monkeypatch):
    heard = set()
    for way in WAYS.values():
        with Echoing() as server:
            run = way(server.url)
            with pytest.raises(WorkbenchError):
                list(run)
            heard |= found_in(json.dumps([one.headers for one in server.heard]))
    assert heard >= {"OPENAI_API_KEY", "HF_TOKEN", "argument"}


@pytest.mark.parametrize(
    ("spec", "options"),
    [
        ("openai:words", {"base_url": "https://ana:{}@host"}),
        ("openai:words", {"base_url": "ftp://ana:{}@host"}),
        ("openai:words", {"base_url": "https://host/v1?key={}"}),
        ("azure:words", {"endpoint": "https://ana:{}@host", "api_key": "{}"}),
        ("openai:words", {"batch_size": 0, "api_key": "{}"}),
        ("openai:words", {"nonsense": 1, "api_key": "{}"}),
        ("nobody:words", {"api_key": "{}"}),
        ("huggingface:a/b", {"token": "{}", "model_kwargs": {"token": "{}", "trust_remote_code": True}}),
        ("huggingface:a/b", {"token": "{}", "max_length": 0}),
    ],
)
def test_a_mistake_in_the_options_shows_no_key(spec, options):
    def filled(value):
        if isinstance(value, dict):
            return {name: filled(one) for name, one in value.items()}
        return value.format(given("password")) if isinstance(value, str) else value

    error = _raised(lambda: embedding_model(spec, **filled(options)))
    leaks = {place: found_in(text) for place, text in errors_of(error) if found_in(text)}
    assert leaks == {}


def _raised(call):
    try:
        call()
    except (WorkbenchError, TypeError) as error:
        return error
    return pytest.fail("nothing was raised")


def test_a_mistake_of_a_language_model_shows_no_key():
    error = _raised(lambda: language_model("openai:x", embed=None, api_key=given("password"), timeout=-1))
    assert {place for place, text in errors_of(error) if found_in(text)} == set()


def test_options_of_other_libraries_keep_their_tokens_out_of_what_identifies_a_model():
    from workbench.models.huggingface.options import Options

    more = {"token": given("argument"), "model_kwargs": {"token": given("argument"), "dtype": "float32"}}
    options = Options(model_kwargs=more["model_kwargs"], more=more, backend="torch")
    assert found_in(repr(options)) == set()
    assert options.named() == {"model_kwargs": {"dtype": "float32"}}


def test_what_a_model_in_use_says_of_itself_holds_no_key():
    for spec in ("openai:text-embedding-3-small", "azure:words"):
        options = {"endpoint": "https://models.example"} if spec.startswith("azure") else {}
        with closing(embedding_model(spec, api_key=given("argument"), **options)) as model:
            for place, text in [*seen_of(model), ("info", f"{info_of(model)!r}{model.fingerprint()}")]:
                assert found_in(text) == set(), place
