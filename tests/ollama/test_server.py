"""The server's address, its status, and pulling, against the double."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from tests.ollama.double import OllamaDouble
from workbench.errors import Cancelled, InputError, ModelNotFound, ServerError
from workbench.models.ollama.client import OllamaClient, crosses_network, is_loopback, resolve_host
from workbench.models.ollama.server import is_cloud, pull, status


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:5000", "http://127.0.0.1:5000"),
        ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
        ("[::]:5000", "http://[::1]:5000"),
        (":11500", "http://127.0.0.1:11500"),
        ("localhost", "http://localhost:11434"),
        ("gpu.example:5000", "http://gpu.example:5000"),
        ("http://gpu.example", "http://gpu.example:80"),
        ("https://gpu.example", "https://gpu.example:443"),
        ("https://gpu.example/ollama/", "https://gpu.example:443/ollama"),
        ("[2001:db8::1]", "http://[2001:db8::1]:11434"),
        ("HTTP://GPU.example:80", "http://gpu.example:80"),
        (' "127.0.0.1:11434" ', "http://127.0.0.1:11434"),
    ],
)
def test_an_address_is_read_in_every_spelling(given, url, monkeypatch):
    assert resolve_host(given) == url
    monkeypatch.setenv("OLLAMA_HOST", given)
    assert resolve_host() == url
    assert resolve_host(url) == url


@pytest.mark.parametrize("given", ["ftp://gpu.example", "gpu.example:many", "gpu.example:99999", "http://[::1"])
def test_what_is_no_address_is_refused_with_an_example(given):
    with pytest.raises(InputError, match="Give host, host:port or http://host:port"):
        resolve_host(given)
    found = status(given)
    assert not found.reachable
    assert given in found.problem
    assert "OLLAMA_HOST" in found.hint


def test_only_plain_http_to_another_machine_crosses_the_network():
    assert crosses_network("http://gpu.example:11434")
    assert not crosses_network("https://gpu.example:443")
    for url in ("http://127.0.0.1:11434", "http://localhost:11434", "http://[::1]:11434", "http://127.1.2.3:80"):
        assert is_loopback(url)
        assert not crosses_network(url)


def test_no_proxy_stands_between_us_and_this_machine(ollama_double, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert status(timeout=10).reachable


def test_the_key_for_ollama_com_is_not_given_to_others(ollama_double, monkeypatch):
    monkeypatch.setenv("OLLAMA_API_KEY", "secret")
    with OllamaClient() as client:
        client.reply("GET", "/api/version")
    assert "secret" not in str(ollama_double.requests[0].headers)


def test_the_status_lists_models_newest_first_with_their_kinds(ollama_double):
    ollama_double.add_model("nomic-embed-text", "embedding")
    ollama_double.add_model("gpt-oss:120b-cloud", remote_host="https://ollama.com:443", remote_model="gpt-oss:120b")
    found = status(timeout=10)
    assert (found.host, found.version, found.problem, found.hint) == (ollama_double.url, "0.24.0", "", "")
    assert [(model.name, model.kind, model.cloud) for model in found.models] == [
        ("gpt-oss:120b-cloud", "language", True),
        ("nomic-embed-text:latest", "embedding", False),
        ("tiny-random:latest", "language", False),
        ("all-minilm:latest", "embedding", False),
    ]


def test_a_copied_cloud_stub_is_still_cloud(ollama_double):
    ollama_double.add_model("mine", remote_host="https://ollama.com:443", remote_model="gpt-oss:120b")
    assert status(timeout=10).models[0].cloud


def test_newer_servers_say_the_kind_themselves():
    with OllamaDouble(version="0.32.15") as double:
        found = status(double.url, timeout=10)
        assert [model.kind for model in found.models] == ["language", "embedding"]
        assert double.sent("/api/show") == []


def test_older_servers_are_asked_for_the_pooling_type_once_a_digest():
    with OllamaDouble(capabilities=False) as double:
        for _ in range(2):
            assert [model.kind for model in status(double.url, timeout=10).models] == ["language", "embedding"]
        assert [body["model"] for body in double.sent("/api/show")] == ["tiny-random:latest", "all-minilm:latest"]


def test_a_model_that_cannot_be_shown_is_judged_by_its_family(ollama_double):
    ollama_double.fail("/api/show", "status", status=500)
    assert [model.kind for model in status(timeout=10).models] == ["language", "embedding"]


def test_nobody_there_says_how_to_start_it():
    found = status("127.0.0.1:9", timeout=10)
    assert not found.reachable
    assert found.problem == "No Ollama server answers at http://127.0.0.1:9."
    assert found.hint == "Start it with: ollama serve"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("html", "a page of text/html"),
        ("no-route", "not as Ollama does"),
        ("busy", "is busy"),
        ("not-json", "broke off"),
    ],
)
def test_another_program_on_the_port_is_told(ollama_double, kind, text):
    ollama_double.fail("/api/tags", kind)
    found = status(timeout=10)
    assert not found.reachable
    assert text in found.problem


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_a_silent_server_costs_no_more_than_the_timeout(ollama_double, kind):
    ollama_double.fail("/api/tags", kind, seconds=0.05 if kind == "drip" else 30)
    started = time.monotonic()
    found = status(timeout=0.5)
    assert time.monotonic() - started < 5
    assert not found.reachable
    assert found.problem


def test_a_json_reply_of_another_kind_is_told():
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]")

    thread = threading.Thread(target=answer)
    thread.start()
    found = status(f"127.0.0.1:{listener.getsockname()[1]}", timeout=10)
    thread.join()
    listener.close()
    assert "not as Ollama does" in found.problem


@pytest.mark.parametrize(
    ("name", "cloud"),
    [
        ("gpt-oss:120b-cloud", True),
        ("big-embed:cloud", True),
        ("Big-Embed:CLOUD", True),
        ("kimi-cloud", True),
        ("cloud", False),
        ("cloudy:latest", False),
        ("all-minilm", False),
    ],
)
def test_cloud_names_are_known(name, cloud):
    assert is_cloud(name) is cloud


def test_a_pulled_model_is_there_and_progress_only_grows(ollama_double):
    seen = []
    pull("nomic-embed-text", threading.Event(), lambda *line: seen.append(line))
    assert seen[0] == ("pulling manifest", 0, 0)
    assert seen[-1] == ("success", 45949702, 45949702)
    assert len(seen) == 1 + 22 + 3
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert status(timeout=10).models[0].name == "nomic-embed-text:latest"


def test_a_cancelled_pull_closes_the_connection_and_goes_on_later(ollama_double):
    ollama_double.pull_delay = 0.05
    cancel, seen = threading.Event(), []

    def note(*line: object) -> None:
        seen.append(line)
        if len(seen) == 5:
            cancel.set()

    with pytest.raises(Cancelled, match="Stopped fetching nomic-embed-text"):
        pull("nomic-embed-text", cancel, note)
    wait_for(lambda: ollama_double.hang_ups == ["/api/pull"])
    assert "nomic-embed-text:latest" not in ollama_double.models
    ollama_double.pull_delay = 0.0
    again = []
    pull("nomic-embed-text", threading.Event(), lambda *line: again.append(line))
    assert again[1][1] >= seen[-1][1] > 0
    assert again[-1][0] == "success"


def wait_for(condition, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"kind": "no-done", "after": 4}, "never said that nomic-embed-text is whole"),
        ({"kind": "die", "after": 4}, "broke off"),
        ({"kind": "error-line", "after": 4, "text": "max retries exceeded: EOF"}, "max retries exceeded: EOF"),
        ({"kind": "error-line", "after": 1, "text": "pull model manifest: 412: upgrade"}, "needs a newer Ollama"),
        ({"kind": "html"}, "a page of text/html"),
    ],
)
def test_a_pull_that_breaks_is_an_error(ollama_double, fault, text):
    ollama_double.fail("/api/pull", **fault)
    with pytest.raises(ServerError, match=text):
        pull("nomic-embed-text", threading.Event(), lambda *line: None)
    assert "nomic-embed-text:latest" not in ollama_double.models


def test_unknown_and_offline_are_told_apart(ollama_double):
    with pytest.raises(ModelNotFound, match=r"There is no model 'nope' to fetch .* ollama.com/library"):
        pull("nope", threading.Event(), lambda *line: None)
    ollama_double.offline = True
    with pytest.raises(ServerError, match="cannot reach the model library"):
        pull("nomic-embed-text", threading.Event(), lambda *line: None)
    with pytest.raises(ServerError, match="Start it with: ollama serve"):
        pull("nomic-embed-text", threading.Event(), lambda *line: None, host="127.0.0.1:9")
