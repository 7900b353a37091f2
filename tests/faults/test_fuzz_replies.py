"""Whatever a server sends: what it means, or an error of ours; never another error, a hang, or a number of no sense."""

from __future__ import annotations

import json
import threading
from contextlib import closing, suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.effort import effort
from tests.faults.raw_server import RawServer, altered, json_values, pieces
from tests.ollama.texts import request_of
from workbench.errors import WorkbenchError
from workbench.generation.ollama import OllamaChat
from workbench.generation.openai import OpenAIChat
from workbench.index.validation import check_vectors
from workbench.models.ollama.model import OllamaEmbedding
from workbench.models.ollama.pull import pull
from workbench.models.ollama.status import status
from workbench.models.ollama.unload import unload
from workbench.models.openai import OpenAIModel
from workbench.records import ServerStatus

EXAMPLES = effort(20, 400)
fuzz = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

DIGEST = "a" * 64
VERSION = {"version": "0.24.0"}
TAGS = {"models": [{"name": "m:latest", "digest": DIGEST, "size": 5, "modified_at": "2026-01-01T00:00:00.1+01:00",
                    "details": {"family": "bert", "parameter_size": "22.57M"}}]}  # fmt: skip
PS = {"models": [{"name": "m:latest", "size": 7, "expires_at": "2026-01-01T00:00:00Z"}]}
SHOW = {"capabilities": ["completion"], "parameters": "num_ctx 512\nstop x", "remote_host": "",
        "model_info": {"general.architecture": "b", "b.context_length": 512, "b.embedding_length": 2}}  # fmt: skip
CHAT = [
    {"model": "m", "message": {"role": "assistant", "content": "Llamas "}, "done": False},
    {"model": "m", "message": {"role": "assistant", "content": "hum."}, "done": False},
    {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop",
     "prompt_eval_count": 7, "eval_count": 3, "eval_duration": 5_000_000},
]  # fmt: skip
PULL = [{"status": "pulling manifest"}, {"status": "pulling", "digest": "sha256:a", "total": 9, "completed": 4},
        {"status": "success"}]  # fmt: skip
EMBED = {"model": "m", "embeddings": [[0.6, 0.8], [1.0, 0.0]], "prompt_eval_count": 4}
SHELL = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
FIRST = {"index": 0, "delta": {"role": "assistant", "content": "Llamas hum."}, "finish_reason": None}
SSE = [{**SHELL, "choices": [FIRST]},
       {**SHELL, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
       {**SHELL, "choices": [], "usage": {"prompt_tokens": 2, "completion_tokens": 2, "total_tokens": 4}}]  # fmt: skip
VECTORS = {"object": "list", "model": "m", "usage": {"prompt_tokens": 4, "total_tokens": 4}, "data": [
    {"object": "embedding", "index": 0, "embedding": [0.6, 0.8]},
    {"object": "embedding", "index": 1, "embedding": "AACAPwAAAAA="},
]}  # fmt: skip
"""The second vector, (1, 0), in base64 of float32, as OpenAI sends it."""
DEEP = b'{"data":' + b"[" * 5000
HUB = {"sha": "b" * 40, "siblings": [{"rfilename": "config.json", "size": 3, "blobId": "c" * 40},
                                     {"rfilename": "w.safetensors", "lfs": {"size": 9, "sha256": DIGEST}}]}  # fmt: skip


@pytest.fixture(scope="module")
def server():
    with RawServer() as running:
        yield running


@pytest.fixture(autouse=True)
def well(server):
    server.replies.clear()
    for path, value in (("/api/version", VERSION), ("/api/tags", TAGS), ("/api/ps", PS), ("/api/show", SHOW)):
        server.says(path, value)


def pieces_of(stream):
    """Give the pieces of an answer, checked; None where an error of ours was raised."""
    try:
        found = list(stream)
    except WorkbenchError:
        return None
    for piece in found:
        assert isinstance(piece.text, str)
        assert isinstance(piece.reason, str)
        for number in (piece.prompt_tokens, piece.answer_tokens):
            assert number is None or (type(number) is int and number >= 0)
        assert piece.seconds is None or 0 <= piece.seconds < float("inf")
    assert [piece.done for piece in found] == [False] * (len(found) - 1) + [True]
    return "".join(piece.text for piece in found)


@fuzz
@given(stream=pieces(CHAT))
def test_a_chat_of_ollama(server, stream):
    server.streams("/api/chat", stream)
    model = OllamaChat("m", host=server.url, timeout=5)
    try:
        said = pieces_of(model.stream(request_of(), threading.Event()))
    finally:
        model.close()
    if said is not None and b"".join(stream).count(b'"content": "') == 3:
        assert said.startswith("Llamas ") or "Llamas" not in said


@fuzz
@given(cuts=st.lists(st.integers(0, 400), max_size=5))
def test_a_whole_chat_means_the_same_however_it_is_cut(server, cuts):
    whole = b"".join(json.dumps(line).encode() + b"\n" for line in CHAT)
    at = sorted(min(cut, len(whole)) for cut in cuts)
    server.streams("/api/chat", [whole[a:b] for a, b in zip([0, *at], [*at, len(whole)], strict=True)])
    model = OllamaChat("m", host=server.url, timeout=5)
    try:
        assert pieces_of(model.stream(request_of(), threading.Event())) == "Llamas hum."
    finally:
        model.close()


@fuzz
@given(reply=altered(EMBED) | json_values)
def test_vectors_of_ollama(server, reply):
    server.says("/api/embed", reply)
    model = OllamaEmbedding("m", tokenizer=Words(), host=server.url, timeout=5)
    try:
        found = check_vectors(model.embed(["a", "b"], "document"), ["a", "b"], model)
    except WorkbenchError:
        return
    finally:
        model.close()
    assert (found.shape, found.dtype) == ((2, 2), np.float32)
    assert np.isfinite(found).all()


@fuzz
@given(path=st.sampled_from(["/api/version", "/api/tags", "/api/ps", "/api/show"]), given=st.data())
def test_what_a_server_says_of_itself(server, path, given):
    right = {"/api/version": VERSION, "/api/tags": TAGS, "/api/ps": PS, "/api/show": SHOW}
    before = dict(server.replies)
    server.says(path, given.draw(altered(right[path]) | json_values))
    try:
        found = status(server.url, timeout=5)
        assert isinstance(found, ServerStatus)
        assert found.reachable or (found.problem and found.hint)
        for model in found.models:
            assert isinstance(model.name, str)
            assert (type(model.size), type(model.memory), type(model.digest)) == (int, int, str)
            assert min(model.size, model.memory) >= 0
        with closing(OllamaChat("m", host=server.url, timeout=5)) as chat, suppress(WorkbenchError):
            assert 0 < chat.context_tokens <= 4096
        if path != "/api/ps":  # else it may wait for two seconds until the model is gone
            server.says("/api/ps", {"models": []})
        server.says("/api/generate", {})
        if path != "/api/ps" or given.draw(st.integers(0, 20)) == 0:
            with suppress(WorkbenchError):
                unload("m", server.url)
    finally:
        server.replies.update(before)


@fuzz
@given(stream=pieces(PULL))
def test_fetching_a_model(server, stream):
    server.streams("/api/pull", stream)
    told = []
    try:
        pull("m", threading.Event(), lambda *said: told.append(said), server.url)
    except WorkbenchError:
        return
    finally:
        for words, done, total in told:
            assert isinstance(words, str)
            assert (type(done), type(total)) == (int, int)
            assert min(done, total) >= 0
    assert told[-1][0] == "success"


@fuzz
@given(stream=pieces(SSE, b"data: ", b"\n\n"))
def test_a_chat_of_openai(server, stream):
    server.streams("/v1/chat/completions", [*stream, b"data: [DONE]\n\n"], "text/event-stream")
    pieces_of(OpenAIChat("m", base_url=f"{server.url}/v1", timeout=5).stream(request_of(), threading.Event()))


@fuzz
@given(reply=altered(VECTORS) | json_values | st.just(DEEP))
def test_vectors_of_openai(server, reply):
    if isinstance(reply, bytes):
        server.streams("/v1/embeddings", [reply], "application/json")
    else:
        server.says("/v1/embeddings", reply)
    with closing(OpenAIModel("m", base_url=f"{server.url}/v1", timeout=5)) as model:
        try:
            found = check_vectors(model.embed(["a", "b"], "document"), ["a", "b"], model)
        except WorkbenchError:
            return
    assert (found.shape, found.dtype) == ((2, 2), np.float32)
    assert np.isfinite(found).all()


@fuzz
@given(reply=altered(HUB) | json_values | st.just(...))
def test_a_listing_of_the_hub(server, reply):
    from workbench.models.huggingface.remote import Remote

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", server.url)
        path = "/api/models/o/m/revision/main"
        if reply is ...:
            server.streams(path, [b"<html>"], "text/html")
        else:
            server.says(path, reply)
        with Remote(token=False) as remote:
            try:
                listing = remote.listing("o/m", None)
            except WorkbenchError:
                return
    for file in listing.files:
        assert (type(file.path), type(file.size), type(file.etag)) == (str, int, str)
        assert file.size >= 0
        parts = file.path.split("/")
        assert "" not in parts
        assert ".." not in parts
        assert "\0" not in file.path
        assert file.etag.isascii()
        assert file.etag.isalnum()


class Words:
    """A tokenizer that counts characters."""

    exact = True
    identity = "characters"

    def offsets(self, texts):
        return [np.array([(at, at + 1) for at in range(len(text))], dtype=np.int32).reshape(-1, 2) for text in texts]

    def count(self, texts):
        return np.array([len(text) for text in texts], dtype=np.int32)
