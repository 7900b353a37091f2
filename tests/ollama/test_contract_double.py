"""The double answers the recorded requests as the recorded server did.

Compared for each exchange: status line, headers but the date, framing (Content-Length or chunks), the fields of every
JSON object in their order, error texts, and all values but those named in `OWN`. The vectors of `all-minilm` are the
bundled model's, and compared with the recorded ones.

Left out: `embed-runner-killed` and the two `-killed-mid-stream` ones tell of a process killed at work; the same endings
are played by faults, in `test_the_bad_endings_look_as_recorded`.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pytest

from tests.ollama import engine
from tests.ollama.catalogue import body_of, exchanges, model_like
from tests.ollama.double import OllamaDouble

FILES = ("server", "embed", "generate", "openai", "pull", "broken")
KILLED = {"chat-runner-killed-mid-stream", "embed-runner-killed", "chat-server-killed-mid-stream"}
# Values that are the server's own: times, durations, ids, and what only the real weights or tokenizer give.
OWN = {
    "created_at", "modified_at", "expires_at", "total_duration", "load_duration", "prompt_eval_duration",
    "eval_duration", "eval_count", "context", "created", "id", "embeddings", "embedding", "completed",
    "completion_tokens", "total_tokens",
}  # fmt: skip
# tiny-random's own tokenizer is not at hand, so prompts are counted with BERT's.
OTHER_TOKENIZER = {"prompt_eval_count", "prompt_tokens"}
CASES = [(file, item) for file in FILES for item in exchanges(file) if item["name"] not in KILLED]


@dataclass(frozen=True)
class Got:
    status_line: str
    headers: dict[str, str]
    body: bytes
    whole: bool


def send(double: OllamaDouble, request: dict) -> Got:
    connection = http.client.HTTPConnection(double.url.removeprefix("http://"), timeout=20)
    body = request["body"]
    raw = body if isinstance(body, str) else "" if body is None else json.dumps(body, ensure_ascii=False)
    headers = {"Connection": "close", **(request.get("headers") or {})}
    with closing(connection):
        connection.request(request["method"], request["path"], raw.encode(), headers)
        response = connection.getresponse()
        line = f"HTTP/1.1 {response.status} {response.reason}"
        with response:
            try:
                return Got(line, headers_of(response.getheaders()), response.read(), whole=True)
            except http.client.IncompleteRead as broken:
                return Got(line, headers_of(response.getheaders()), broken.partial, whole=False)


def prepare(double: OllamaDouble, exchange: dict) -> None:
    """Bring the double into the state in which the server was."""
    name, request = exchange["name"], exchange["request"]
    minilm, tiny = double.models["all-minilm:latest"], double.models["tiny-random:latest"]
    double.drops_accents = True
    double.offline = "offline" in name
    if name == "ps-loaded":
        minilm.loaded = tiny.loaded = True
    if name in ("tags-after-copy", "delete-copy"):
        double.add(model_like(minilm, "minilm-copy", "2026-11-21T03:10:52.944586744Z", new_digest=False))
    slow = "registry.example:5000/library/slow-minilm"
    if name in ("tags-pulled", "delete"):
        double.models = {f"{slow}:latest": model_like(minilm, slow, "2026-11-21T03:11:56Z", new_digest=False)}
    if name == "pull-resumed":
        double.fetched[minilm.layers[0][0]] = 11534336
    if name in ("pull-client-closed", "pull-full"):
        double.fetched.clear()
    if request["path"] in ("/api/generate", "/api/chat", "/v1/chat/completions"):
        double.script(*texts_of(exchange), reason=reason_of(exchange))


def events_of(body: str) -> list[dict]:
    parts = body.split("\n\n") if body.startswith("data: ") else body.split("\n")
    texts = [part.removeprefix("data: ") for part in parts]
    return [json.loads(text) for text in texts if text.startswith("{")]


def texts_of(exchange: dict) -> list[str]:
    found = []
    for event in events_of(body_of(exchange)):
        for choice in event.get("choices", [event]):
            message = choice.get("message") or choice.get("delta") or {"content": choice.get("response", "")}
            found.append(message["content"])
    return [text for text in found if text] or [""]


def reason_of(exchange: dict) -> str:
    body = body_of(exchange)
    return "length" if '"done_reason":"length"' in body or '"finish_reason":"length"' in body else "stop"


def shape(value: object) -> object:
    """Give the fields of a JSON value in their order, without the values."""
    if isinstance(value, dict):
        return [(key, shape(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__.replace("int", "number").replace("float", "number")


def values(value: object, skip: set[str]) -> Iterator[object]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in skip:
                yield from values(item, skip)
    elif isinstance(value, list):
        for item in value:
            yield from values(item, skip)
    else:
        yield value


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[dict, Got]]:
    """Ask every recorded request of a double of its own."""
    found = {}
    for file, exchange in CASES:
        with OllamaDouble() as double:
            prepare(double, exchange)
            found[f"{file}/{exchange['name']}"] = (exchange, send(double, exchange["request"]))
    return found


IDS = [f"{file}/{exchange['name']}" for file, exchange in CASES]


def test_86_of_the_89_recordings_are_compared():
    assert len(CASES) == 86
    assert sum(len(exchanges(file)) for file in FILES) == 89


@pytest.mark.parametrize("case", IDS)
def test_status_headers_and_framing_are_the_recorded_ones(answers, case):
    exchange, got = answers[case]
    recorded = exchange["response"]
    assert got.whole
    assert got.status_line == recorded["status_line"]
    assert got.headers == headers_of(recorded["headers"])


def headers_of(pairs: list) -> dict[str, str]:
    """Give the headers but the date; a length counts as present, for times and vectors differ in their digits."""
    return {name: "" if name == "Content-Length" else value for name, value in pairs if name != "Date"}


@pytest.mark.parametrize("case", IDS)
def test_fields_texts_and_counts_are_the_recorded_ones(answers, case):
    exchange, got = answers[case]
    body = got.body
    if exchange["request"]["method"] == "HEAD":
        assert body == b""
        return
    wanted, given = body_of(exchange), body.decode()
    if not wanted.lstrip().startswith(("{", "data:")):
        assert given == wanted
        return
    assert given.endswith("\n") == wanted.endswith("\n")
    theirs, ours = events_of(wanted), events_of(given)
    if exchange["name"].startswith("pull"):
        theirs, ours = once_a_status(theirs), once_a_status(ours)
    if exchange["name"] == "pull-client-closed":
        ours = ours[: len(theirs)]
    assert [shape(event) for event in ours] == [shape(event) for event in theirs]
    skip = OWN | (OTHER_TOKENIZER if "tiny-random" in str(exchange["request"]["body"]) else set())
    assert list(values(ours, skip)) == list(values(theirs, skip))


def once_a_status(events: list[dict]) -> list[dict]:
    """Leave one line for each status and each set of fields: how often a layer is reported depends on the network."""
    return list({(event.get("status"), tuple(event)): event for event in events}.values())


def test_a_prompt_over_the_context_is_cut_to_it_in_silence(answers):
    _, got = answers["generate/chat-over-context"]
    assert events_of(got.body.decode())[-1]["prompt_eval_count"] == 256


def rows(body: str) -> np.ndarray:
    value = json.loads(body)
    if "data" in value:
        found = [item["embedding"] for item in value["data"]]
        if isinstance(found[0], str):
            return np.stack([np.frombuffer(base64.b64decode(text), "<f4") for text in found])
        return np.array(found)
    return np.array(value.get("embeddings") or [value["embedding"]])


SAME_TEXT = [
    "embed/embed-single", "embed/embed-batch", "embed/embed-again-same", "embed/embed-keep-alive-0",
    "embed/embed-dimensions", "embed/embeddings-old", "embed/probe-accents", "embed/probe-accented-sentence",
    "embed/probe-case", "openai/v1-embeddings", "openai/v1-embeddings-base64",
]  # fmt: skip


@pytest.mark.parametrize("case", SAME_TEXT)
def test_vectors_are_those_of_the_real_weights(answers, case):
    """`embed-too-long-truncate` and two probes are left out: there 0.24 tokenises as no model was trained."""
    assert engine.bundled() is not None
    exchange, got = answers[case]
    ours, theirs = rows(got.body.decode()), rows(body_of(exchange))
    assert ours.shape == theirs.shape
    cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    assert cosines.min() > 0.9999


def test_the_bad_endings_look_as_recorded():
    recorded = {item["name"]: item for item in exchanges("broken")}
    runner, server = recorded["chat-runner-killed-mid-stream"], recorded["chat-server-killed-mid-stream"]
    with OllamaDouble() as double:
        double.script(*texts_of(runner))
        double.fail("/api/chat", "error-line", after=len(runner["response"]["chunks"]) - 1)
        got = send(double, runner["request"])
        events = events_of(got.body.decode())
        assert got.status_line == runner["response"]["status_line"]
        assert events[-1] == events_of(body_of(runner))[-1]
        assert [event["message"]["content"] for event in events[:-1]] == texts_of(runner)

        double.script(*texts_of(server), "lost")
        double.fail("/api/chat", "die", after=len(server["response"]["chunks"]))
        got = send(double, server["request"])
        assert not got.whole
        said = [json.loads(line)["message"]["content"] for line in got.body.decode().split("\n")[:-1]]
        assert said == texts_of(server)

        embed = recorded["embed-runner-killed"]
        double.fail("/api/embed", "crash")
        got = send(double, embed["request"])
        assert got.status_line == embed["response"]["status_line"] == "HTTP/1.1 400 Bad Request"
        ours, theirs = json.loads(got.body)["error"], json.loads(body_of(embed))["error"]
        assert ours.split("41233") == theirs.split("34149")
