"""Whatever a service does wrong is one sentence; the batch is not stored, what came before is, and a retry goes on."""

from __future__ import annotations

import base64
import socket

import numpy as np
import pytest

from tests.index.helpers import chunks, embed, identity_of, keys_of, stored
from tests.models.remote.double import CHAT, Fault
from workbench.errors import ModelError, ModelNotFound, ServerError
from workbench.index.store import open_store
from workbench.models.openai import OpenAIModel


def changed(**fields):
    """Give what puts these fields into the last vector of a reply."""
    return lambda data: [*data[:-1], {**data[-1], **fields}]


def coded(*numbers):
    return base64.b64encode(np.array(numbers, dtype="<f4").tobytes()).decode()


BAD = {
    "short reply": (Fault(spoil=lambda data: data[:-1]), ModelError, "gave 2 vectors for 3 texts"),
    "no vectors": (Fault(spoil=lambda data: []), ModelError, "gave 0 vectors for 3 texts"),
    "wrong dimension": (
        Fault(spoil=lambda data: [{**one, "embedding": coded(1, 2, 3)} for one in data]),
        ModelError,
        "its vectors have 3 numbers; 1536 were expected",
    ),
    "two dimensions": (Fault(spoil=changed(embedding=coded(1, 2, 3))), ModelError, "vectors of different lengths"),
    "NaN": (
        Fault(spoil=changed(embedding=coded(*[float("nan")] * 1536))),
        ModelError,
        "the vector of text 3 of 3 holds NaN",
    ),
    "null": (Fault(spoil=changed(embedding=[None] * 1536)), ModelError, "the vector of text 3 of 3 holds NaN"),
    "zero vector": (Fault(spoil=changed(embedding=coded(*[0] * 1536))), ModelError, "text 3 of 3 is zero"),
    "no base64": (Fault(spoil=changed(embedding="%%%")), ModelError, "a vector for text 3 that is not made of"),
    "words": (Fault(spoil=changed(embedding=["a"] * 1536)), ModelError, "a vector for text 3 that is not made of"),
    "same index": (Fault(spoil=changed(index=0)), ModelError, "indices that are not 0 to 2, each once"),
    "index too large": (Fault(spoil=changed(index=3)), ModelError, "indices that are not 0 to 2, each once"),
    "no json": (Fault(body=b'{"data": ['), ServerError, "gave a reply that cannot be read"),
    "other json": (Fault(body=b'{"llamas": 2}'), ServerError, "its reply holds no list of vectors"),
    "a page": (Fault(body=b"<html>", kind="text/html"), ServerError, "its reply holds no list of vectors"),
    "broken off": (Fault(cut=True), ServerError, "broke off the connection"),
    "timeout": (Fault(hang=True), ServerError, r"sent nothing for 0\.3 s.* A larger timeout= waits longer"),
    "401": (Fault(401, "Incorrect API key"), ServerError, r"does not accept the key \(401: Incorrect API key\)\. Set"),
    "403": (Fault(403, "Forbidden region"), ServerError, r"does not allow this key .*\(403: Forbidden region\)"),
    "404": (Fault(404, "The model x does not exist"), ModelNotFound, "has no model 'text-embedding-3-small'"),
    "404 elsewhere": (Fault(404, "Not Found"), ServerError, r"not at this address \(404.*it ends in /v1"),
    "redirect": (Fault(307, "", headers={"Location": "http://127.0.0.1:9/"}), ServerError, r"at this address \(307"),
    "429": (
        Fault(429, "Slow down", headers={"Retry-After": "20"}),
        ServerError,
        r"429: Slow down\)\. Try again in 20 s",
    ),
    "429 for ever": (Fault(429, "Slow", headers={"Retry-After": "9999"}), ServerError, "Try again in 9999 s"),
    "credit": (Fault(429, "You exceeded", "insufficient_quota"), ServerError, r"credit at .* is used up \(429"),
    "500": (Fault(500, "boom"), ServerError, r"failed \(500: boom\)"),
    "503 page": (Fault(503, body=b"<html>", kind="text/html"), ServerError, "failed .503: a page of text/html"),
    "too long": (
        Fault(400, "This model's maximum context length is 8192 tokens"),
        ModelError,
        "A text is longer than openai:text-embedding-3-small reads",
    ),
    "400": (Fault(400, "'$.input' is invalid"), ServerError, "refused the request .400: '.*' is invalid"),
}


def chain(error):
    """Give an error and all that hangs on it; the package's own hold the request with its key."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "store")
    yield opened
    opened.close()


@pytest.mark.parametrize("name", BAD)
def test_a_bad_reply_is_one_sentence_and_what_came_before_is_kept(double, store, opened, name):
    fault, kind, said = BAD[name]
    options = {"batch_size": 3, "max_retries": 0, "timeout": 0.3 if fault.hang else 5}
    model = opened(OpenAIModel("text-embedding-3-small", base_url=f"{double.url}/v1", **options))
    items = chunks(6)
    double.fail(Fault())
    double.fail(fault)
    with pytest.raises(kind, match=said) as caught:
        embed(store, model, items)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    assert all(type(one).__module__.partition(".")[0] not in ("openai", "httpx2") for one in chain(caught.value))
    keys = keys_of(model, items)
    assert store.record.known(identity_of(model), keys).tolist() == [True] * 3 + [False] * 3

    double.asked.clear()
    report = embed(store, model, items)
    assert (report.new, report.reused) == (3, 3)
    assert double.texts == [one.text for one in items[3:]]
    assert stored(store, model)[0] == [one.id for one in items]


def test_a_chat_model_that_is_asked_to_embed_is_told_so(double):
    model = OpenAIModel(CHAT, base_url=f"{double.url}/v1")
    with pytest.raises(ModelError, match=r"openai:gpt-talks makes no vectors \(403: You are not allowed"):
        model.embed(["x"], "document")
    assert len(double.asked) == 1
    model.close()


def test_no_network_is_one_sentence():
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        model = OpenAIModel("text-embedding-3-small", base_url=f"http://{host}/v1")
        with pytest.raises(ServerError, match=rf"No connection to {host}\. Start the server"):
            model.embed(["x"], "document")
        model.close()


def test_a_name_that_no_server_has_is_no_connection():
    model = OpenAIModel(
        "text-embedding-3-small", base_url="https://nobody.invalid/v1", api_key="k", consent=True, max_retries=0
    )
    with pytest.raises(ServerError, match=r"No connection to nobody\.invalid\. Check the network and the address"):
        model.embed(["x"], "document")
    model.close()


def test_an_empty_text_is_named_before_anything_is_sent():
    model = OpenAIModel("text-embedding-3-small", consent=True)
    with pytest.raises(ModelError, match="Text 2 of 3 is empty, which openai:text-embedding-3-small refuses"):
        model.embed(["a", "", "b"], "document")
