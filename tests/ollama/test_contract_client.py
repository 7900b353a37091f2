"""Our client, fed the recorded replies whole and a byte at a time, gives their vectors, texts, progress and errors."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from tests.doubles import WordTokenizer
from tests.ollama.catalogue import body_of, exchanges, recorded
from tests.ollama.replay import Replay, bytewise, whole
from tests.ollama.texts import request_of
from workbench.errors import Cancelled, ModelError, ModelNotFound, ServerError
from workbench.generation import stream_answer
from workbench.generation.ollama import OllamaChat
from workbench.models.ollama.model import OllamaEmbedding
from workbench.models.ollama.server import pull, status
from workbench.records import Chunk, Passage, Retrieval

SPLITS = pytest.mark.parametrize("split", [whole, bytewise])


def replay(path: str, *found: dict, shown: str = "show-embedding", split=whole) -> Replay:
    about = {
        "/api/show": [recorded("server", shown)],
        "/api/tags": [recorded("server", "tags")],
        "/api/version": [recorded("server", "version")],
    }
    return Replay(about | {path: list(found)}, split)


VECTORS = ["embed-single", "embed-batch", "embed-again-same", "embed-keep-alive-0", "probe-accents"]
VECTORS += ["probe-accented-sentence", "probe-punctuation", "probe-case", "probe-scripts", "embed-too-long-truncate"]


@SPLITS
@pytest.mark.parametrize("name", VECTORS)
def test_vectors_are_those_on_the_wire(name, split):
    exchange = recorded("embed", name)
    given = exchange["request"]["body"]["input"]
    texts = [given] if isinstance(given, str) else given
    with replay("/api/embed", exchange, split=split) as server:
        model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), host=server.url)
        vectors = model.embed(texts, "document")
        model.close()
    wanted = np.array(json.loads(body_of(exchange))["embeddings"], dtype=np.float32)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, wanted)


@SPLITS
def test_shorter_vectors_are_those_on_the_wire(split):
    exchange = recorded("embed", "embed-dimensions")
    with replay("/api/embed", exchange, split=split) as server:
        model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), host=server.url, dimensions=8)
        vectors = model.embed(["hello"], "query")
        model.close()
    assert vectors.shape == (1, 8)
    assert vectors[0, :3].tolist() == pytest.approx([-0.33835718, 0.2958003, 0.27994367])


def test_a_server_without_the_route_is_asked_the_old_way():
    old, nowhere = recorded("embed", "embeddings-old"), recorded("server", "unknown-route")
    about = {"/api/embed": [nowhere], "/api/embeddings": [old]}
    with replay("/api/ps", recorded("server", "ps-empty")) as plain:
        plain._exchanges |= about
        model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), host=plain.url)
        vectors = model.embed(["Llamas are members of the camelid family"], "document")
        model.close()
    new = json.loads(body_of(recorded("embed", "embed-single")))["embeddings"][0]
    np.testing.assert_allclose(vectors[0], new, atol=1e-6)


EMBED_ERRORS = {
    "embed-too-long-no-truncate": (
        ModelError,
        "Text 1 of 1 has 3 tokens, and ollama:all-minilm reads 512, but the server says",
    ),
    "embed-batch-one-too-long": (ModelError, "it gives the model less room than that. Choose a smaller chunk size"),
    "embed-missing-model": (ModelNotFound, "Get it with: ollama pull all-minilm"),
    "embed-malformed-name": (ModelNotFound, "is not a model name that Ollama accepts"),
    "embed-blank-model": (ModelNotFound, "has no model"),
    "embed-cloud-name": (ServerError, "refused (403): ollama cloud is disabled: remote model is unavailable"),
    "embed-bad-input": (ServerError, "refused (400): invalid input type"),
    "embed-bad-option-type": (ServerError, 'refused (500): option "num_ctx" must be of type integer'),
    "embed-bad-keep-alive": (ServerError, 'time: invalid duration "abc"'),
    "embed-no-body": (ServerError, "missing request body"),
    "embed-broken-json": (ServerError, "unexpected EOF"),
    "embed-empty-list": (ModelError, "gave 0 vectors for 1 texts"),
    "embed-language-model": (ModelError, "vectors of shape (1, 128), expected (1, 384)"),
}


@SPLITS
@pytest.mark.parametrize("name", EMBED_ERRORS)
def test_errors_of_embedding_say_what_the_server_said(name, split):
    kind, text = EMBED_ERRORS[name]
    with replay("/api/embed", recorded("embed", name), split=split) as server:
        model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), host=server.url)
        with pytest.raises(kind) as caught:
            model.embed(["llama"], "document")
        model.close()
    assert text in str(caught.value)


@SPLITS
def test_a_crash_is_tried_again_and_then_told(split):
    crash, good = recorded("broken", "embed-runner-killed"), recorded("embed", "embed-single")
    with replay("/api/embed", crash, good, split=split) as server:
        model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), host=server.url)
        vectors = model.embed(["Llamas are members of the camelid family"], "document")
        model.close()
    assert vectors[0, 0] == np.float32(-0.034473095)
    with replay("/api/embed", crash, split=split) as server:
        model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), host=server.url)
        with pytest.raises(ServerError, match=r"The process that runs all-minilm on .* ended .*EOF.*Try again"):
            model.embed(["x"], "document")
        model.close()


def texts_of(exchange: dict) -> list[str]:
    lines = [json.loads(line) for line in body_of(exchange).splitlines()]
    return [line["message"]["content"] for line in lines if "message" in line]


def ask(server: Replay, **options: object) -> list:
    chat = OllamaChat("tiny-random", host=server.url, **options)
    pieces = []
    try:
        for piece in chat.stream(request_of("What is a llama?"), threading.Event()):
            pieces.append(piece)  # noqa: PERF402 - what came before an error is wanted too
    except ModelError as error:
        error.pieces = pieces
        raise
    finally:
        chat.close()
    return pieces


@SPLITS
@pytest.mark.parametrize(
    ("file", "name", "reason", "prompt", "answer", "seconds"),
    [
        ("generate", "chat-stream", "stop", 54, 5, 0.005623021),
        ("broken", "chat-after-crash", "length", 22, 3, 0.00349336),
        ("generate", "chat-single", "length", 24, 6, 0.035782029),
        ("generate", "chat-stop", "stop", 14, 1, None),
    ],
)
def test_answers_are_those_on_the_wire(split, file, name, reason, prompt, answer, seconds):
    exchange = recorded(file, name)
    with replay("/api/chat", exchange, shown="show-language", split=split) as server:
        pieces = ask(server)
    assert "".join(piece.text for piece in pieces) == "".join(texts_of(exchange))
    last = pieces[-1]
    assert [piece.done for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert (last.reason, last.prompt_tokens, last.answer_tokens) == (reason, prompt, answer)
    assert last.seconds == (None if seconds is None else pytest.approx(seconds))


@SPLITS
def test_a_killed_model_ends_the_answer_with_its_error(split):
    exchange = recorded("broken", "chat-runner-killed-mid-stream")
    with (
        replay("/api/chat", exchange, shown="show-language", split=split) as server,
        pytest.raises(ServerError, match="stopped: an error was encountered while running the model") as caught,
    ):
        ask(server)
    assert [piece.text for piece in caught.value.pieces] == texts_of(exchange)
    assert len(caught.value.pieces) == 14


@SPLITS
def test_a_killed_server_is_told_from_a_whole_answer(split):
    exchange = recorded("broken", "chat-server-killed-mid-stream")
    with (
        replay("/api/chat", exchange, shown="show-language", split=split) as server,
        pytest.raises(ServerError, match="broke off") as caught,
    ):
        ask(server)
    assert [piece.text for piece in caught.value.pieces] == texts_of(exchange)


CHAT_ERRORS = {
    "chat-missing": (ModelNotFound, "Get it with: ollama pull tiny-random"),
    "chat-blank": (ServerError, "model is required"),
    "chat-embedding-model": (ServerError, '"all-minilm" does not support chat'),
    "chat-format-bad": (ServerError, 'expected "json" or a valid JSON Schema object'),
    "chat-over-context-no-truncate": (ModelError, "does not fit into the 256 tokens that ollama:tiny-random was given"),
}


@SPLITS
@pytest.mark.parametrize("name", CHAT_ERRORS)
def test_errors_of_answering_say_what_the_server_said(name, split):
    kind, text = CHAT_ERRORS[name]
    with (
        replay("/api/chat", recorded("generate", name), shown="show-language", split=split) as server,
        pytest.raises(kind) as caught,
    ):
        ask(server, num_ctx=256)
    assert text in str(caught.value)


def test_a_prompt_that_the_server_cut_is_told_though_it_answered_as_if_it_were_whole():
    long = Passage(1, 0.5, Chunk("long.md:0", "long.md", 0, 0, 0, "word " * 600))
    with replay("/api/chat", recorded("generate", "chat-over-context"), shown="show-language") as server:
        chat = OllamaChat("tiny-random", host=server.url, num_ctx=2048)
        answer = list(stream_answer(Retrieval("What?", (long,)), chat, threading.Event()))[-1]
        chat.close()
    assert (answer.complete, answer.prompt_tokens) == (True, 256)
    assert answer.prompt.left_out == ()
    assert answer.unread.startswith(f"The model saw only 256 of about {answer.prompt.prompt_tokens:,} tokens")


@SPLITS
def test_a_model_that_cannot_think_is_asked_again_without(split):
    refusal, good = recorded("generate", "chat-think-unsupported"), recorded("generate", "chat-stream")
    with replay("/api/chat", refusal, good, shown="show-language", split=split) as server:
        assert "".join(piece.text for piece in ask(server, think=True)) == "".join(texts_of(good))


def fetch(server: Replay, cancel: threading.Event | None = None, stop_after: int = 0) -> list:
    seen: list[tuple[str, int, int]] = []
    cancel = cancel or threading.Event()

    def note(*line: object) -> None:
        seen.append(line)
        if len(seen) == stop_after:
            cancel.set()

    try:
        pull("slow-minilm", cancel, note, server.url)
    except (ModelError, Cancelled) as error:
        error.seen = seen
        raise
    return seen


@SPLITS
@pytest.mark.parametrize("name", ["pull-full", "pull-resumed", "pull-again"])
def test_progress_is_summed_over_the_layers(name, split):
    exchange = recorded("pull", name)
    with Replay({"/api/pull": [exchange]}, split) as server:
        seen = fetch(server)
    assert len(seen) == len(exchange["response"]["chunks"])
    assert seen[0] == ("pulling manifest", 0, 0)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert all(done <= total for _, done, total in seen)
    assert seen[-1] == ("success", 45949440 + 262, 45949440 + 262)
    first = {"pull-full": 0, "pull-resumed": 11534336, "pull-again": 45949440}[name]
    assert seen[1] == ("pulling 330437513712", first, 45949440)


@SPLITS
@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("pull-unknown", ModelNotFound, "There is no model 'slow-minilm' to fetch"),
        ("pull-offline", ServerError, "cannot reach the model library: is it offline?"),
        ("pull-malformed", ModelNotFound, "is not a model name that Ollama accepts"),
        ("pull-client-closed", ServerError, "never said that slow-minilm is whole"),
    ],
)
def test_a_pull_without_success_is_an_error(name, kind, text, split):
    exchange = recorded("pull", name)
    if "ended" in exchange["response"]:  # as if the server had ended it
        exchange = exchange | {"response": {k: v for k, v in exchange["response"].items() if k != "ended"}}
    with (
        Replay({"/api/pull": [exchange]}, split) as server,
        pytest.raises(kind, match=r"slow-minilm|offline") as caught,
    ):
        fetch(server)
    assert text in str(caught.value)


def test_a_stopped_pull_says_that_it_can_go_on():
    with (
        Replay({"/api/pull": [recorded("pull", "pull-full")]}, bytewise) as server,
        pytest.raises(Cancelled, match="goes on where it stopped") as caught,
    ):
        fetch(server, stop_after=5)
    assert len(caught.value.seen) == 5


@SPLITS
def test_the_status_is_what_the_server_has(split):
    with replay("/api/ps", recorded("server", "ps-empty"), split=split) as server:
        found = status(server.url, timeout=10)
    assert (found.reachable, found.version, found.problem) == (True, "0.24.0", "")
    assert [model.name for model in found.models] == ["tiny-random:latest", "all-minilm:latest"]
    assert [model.parameters for model in found.models] == [0.853, 22.57]
    assert found.models[1].size == 45949702
    assert found.models[1].digest.startswith("6cf97aa9ab2e")


def test_a_refused_host_is_told():
    with Replay({"/api/version": [recorded("server", "foreign-host")]}) as server:
        found = status(server.url, timeout=10)
    assert not found.reachable
    assert "does not accept requests under that name" in found.problem


def test_every_recording_of_these_routes_was_fed():
    """Those of /api/chat, /api/pull and /api/embed that are not named above are the same refusals again."""
    named = set(VECTORS) | set(EMBED_ERRORS) | {"embed-dimensions"}
    posts = {
        item["name"]
        for item in exchanges("embed")
        if item["request"]["path"] == "/api/embed" and item["request"]["method"] == "POST"
    }
    assert posts - named == {"embed-empty-string", "embed-null", "embed-bad-element", "embed-too-long-prose-truncate"}
