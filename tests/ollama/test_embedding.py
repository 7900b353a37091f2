"""OllamaEmbedding against the double."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from tests.doubles import WordModel, WordTokenizer
from tests.ollama.double import OllamaDouble
from tests.ollama.wire import error
from workbench.errors import ConsentNeeded, ModelError, ModelNotFound, ServerError
from workbench.models.ollama import model as module
from workbench.models.ollama.model import OllamaEmbedding
from workbench.protocols import EmbeddingModel


@pytest.fixture
def double(ollama_double):
    """A double whose vectors can be worked out by hand."""
    ollama_double.embed = lambda texts: WordModel(384).embed(texts, "document")
    return ollama_double


@pytest.fixture
def model(double):
    made = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer())
    yield made
    made.close()


def words(*texts: str) -> np.ndarray:
    return WordModel(384).embed(texts, "document")


def test_it_is_an_embedding_model_that_says_what_it_is(model, double):
    assert isinstance(model, EmbeddingModel)
    assert (model.id, model.dimensions, model.max_tokens, model.special_tokens) == ("ollama:all-minilm", 384, 512, 2)
    assert model.fingerprint() == {
        "provider": "ollama",
        "model": "ollama:all-minilm",
        "digest": double.models["all-minilm:latest"].digest,
        "engine": "ollama 0.24.0",
        "dimensions": 384,
        "max_tokens": 512,
        "truncation": "end",
        "query_prefix": "",
        "document_prefix": "",
        "normalised": True,
    }


def test_making_one_asks_nothing(double):
    OllamaEmbedding("all-minilm", tokenizer=WordTokenizer())
    assert double.requests == []


def test_vectors_come_in_order_and_in_batches_of_eight(model, double):
    texts = [f"llama number {n}" for n in range(19)]
    vectors = model.embed(texts, "document")
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, words(*texts), atol=1e-6)
    sent = double.sent("/api/embed")
    assert [len(body["input"]) for body in sent] == [8, 8, 3]
    assert [text for body in sent for text in body["input"]] == texts
    assert all(body["truncate"] is False for body in sent)


def test_no_texts_give_no_vectors(model, double):
    assert model.embed([], "document").shape == (0, 384)
    assert double.sent("/api/embed") == []


def test_empty_and_blank_texts_have_vectors_too(model):
    assert model.embed(["", "  ", "llama"], "document").shape == (3, 384)


def test_keep_alive_and_prefixes_are_sent_as_given(double):
    model = OllamaEmbedding(
        "all-minilm", tokenizer=WordTokenizer(), keep_alive="30m", query_prefix="search_query: ", batch_size=2
    )
    model.embed(["search_query: llama"], "query")
    assert double.sent("/api/embed") == [
        {"model": "all-minilm", "input": ["search_query: llama"], "truncate": False, "keep_alive": "30m"}
    ]
    assert model.fingerprint()["query_prefix"] == "search_query: "
    model.close()


def test_the_limit_is_the_models_parameter_where_it_has_one(double):
    double.add_model("official", "embedding", parameters="num_ctx                        256")
    double.add_model("long", "embedding", context=8192)
    for name, limit in (("official", 256), ("long", 4096)):
        model = OllamaEmbedding(name, tokenizer=WordTokenizer())
        assert model.max_tokens == limit
        model.close()


def test_a_text_over_the_limit_is_cut_at_the_last_token_that_fits(model, double):
    long = " ".join(f"w{n}" for n in range(600))
    # The double counts in word pieces, so its limit is lifted; where we cut is what is tested.
    double.models["all-minilm:latest"].num_ctx = lambda options: 10_000
    vectors = model.embed(["short", long], "document")
    kept = " ".join(f"w{n}" for n in range(510))
    assert double.sent("/api/embed")[0]["input"] == ["short", kept]
    np.testing.assert_allclose(vectors, words("short", kept), atol=1e-6)


def test_a_text_that_is_too_long_is_named(double):
    model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), truncate=False)
    texts = ["short"] * 9 + [" ".join(["alpaca"] * 700)]
    with pytest.raises(ModelError, match=r"Text 10 of 10 has 702 tokens .* at most 512\. Choose a smaller chunk size"):
        model.embed(texts, "document")
    assert model.fingerprint()["truncation"] == "none"
    model.close()


def test_shorter_vectors_can_be_asked_for(double):
    model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), dimensions=64)
    text = " ".join(f"word{n}" for n in range(60))
    vectors = model.embed([text], "document")
    cut = words(text)[:, :64]
    np.testing.assert_allclose(vectors, cut / np.linalg.norm(cut), atol=1e-6)
    assert model.dimensions == model.fingerprint()["dimensions"] == 64
    model.close()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("short", "gave 2 vectors for 3 texts"),
        ("dimension", r"vectors of shape \(3, 383\), expected \(3, 384\)"),
        ("null", "not finite"),
        ("zero", "a vector of zeros"),
    ],
)
def test_a_reply_that_would_spoil_the_index_is_refused(model, double, kind, text):
    double.fail("/api/embed", kind)
    with pytest.raises(ModelError, match=text):
        model.embed(["one", "two", "three"], "document")
    double.heal()
    assert model.embed(["one"], "document").shape == (1, 384)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"kind": "busy"}, "is busy .*maximum pending requests exceeded.*Try again"),
        ({"kind": "crash"}, "The process that runs all-minilm .* EOF"),
        ({"kind": "html"}, r"refused \(502\): a page of text/html, so something between answered"),
        ({"kind": "not-json"}, "is not JSON"),
        ({"kind": "status", "status": 500, "text": "out of memory"}, r"refused \(500\): out of memory"),
    ],
)
def test_each_refusal_is_one_sentence(model, double, fault, text):
    double.fail("/api/embed", **fault)
    with pytest.raises(ServerError, match=text) as caught:
        model.embed(["llama"], "document")
    assert "\n" not in str(caught.value)


def test_a_crash_is_tried_once_more(model, double):
    double.fail("/api/embed", "crash", times=1)
    np.testing.assert_allclose(model.embed(["llama"], "document"), words("llama"), atol=1e-6)
    assert len(double.sent("/api/embed")) == 2
    double.fail("/api/embed", "busy")
    with pytest.raises(ServerError):
        model.embed(["llama"], "document")
    assert len(double.sent("/api/embed")) == 3


def test_a_silent_server_is_given_up(double):
    model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), timeout=0.3)
    assert model.dimensions == 384
    double.fail("/api/embed", "hang")
    started = time.monotonic()
    with pytest.raises(ServerError, match=r"broke off: it sent nothing for 0\.3 s"):
        model.embed(["llama"], "document")
    assert time.monotonic() - started < 10
    model.close()


def test_a_server_without_the_new_route_is_asked_text_by_text(model, double):
    double.fail("/api/embed", "no-route")
    double.old_route_norm = 17.0
    vectors = model.embed(["llama", "alpaca wool"], "document")
    np.testing.assert_allclose(vectors, words("llama", "alpaca wool"), atol=1e-6)
    assert [body["prompt"] for body in double.sent("/api/embeddings")] == ["llama", "alpaca wool"]


def test_a_missing_model_says_how_to_get_it(double):
    model = OllamaEmbedding("mxbai-embed-large", tokenizer=WordTokenizer())
    with pytest.raises(
        ModelNotFound, match=r"no model 'mxbai-embed-large'\. Get it with: ollama pull mxbai-embed-large"
    ):
        model.embed(["llama"], "document")
    model.close()


def test_a_server_that_does_not_run_says_how_to_start_it():
    model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), host="127.0.0.1:9")
    with pytest.raises(ServerError, match=r"No Ollama server answers at http://127\.0\.0\.1:9\. Start it with: ollama"):
        model.embed(["llama"], "document")
    model.close()


def test_a_model_pulled_anew_is_another_model(model, double, monkeypatch):
    monkeypatch.setattr(module, "FRESH_SECONDS", 0.0)
    before = model.fingerprint()["digest"]
    double.models["all-minilm:latest"].digest = "0" * 64
    double.version = "0.32.15"
    assert before != model.fingerprint()["digest"] == "0" * 64
    assert model.fingerprint()["engine"] == "ollama 0.32.15"


def test_what_was_known_names_the_vectors_when_the_server_has_gone(monkeypatch):
    monkeypatch.setattr(module, "FRESH_SECONDS", 0.0)
    with OllamaDouble() as double:
        model = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), host=double.url)
        before = model.fingerprint()
        model.close()
    assert model.fingerprint() == before
    model.close()


def test_cloud_models_need_consent(double):
    with pytest.raises(
        ConsentNeeded, match=r"big-embed:cloud runs in the cloud: every text sent to it goes to ollama.com"
    ):
        OllamaEmbedding("big-embed:cloud", tokenizer=WordTokenizer())
    OllamaEmbedding("big-embed:cloud", tokenizer=WordTokenizer(), consent=True)
    double.add_model("mine", "embedding", remote_host="https://ollama.com:443", remote_model="big-embed")
    copied = OllamaEmbedding("mine", tokenizer=WordTokenizer())
    with pytest.raises(ConsentNeeded, match=r"goes to ollama\.com"):
        copied.embed(["a secret"], "document")
    copied.close()
    assert not any("secret" in request.raw.decode() for request in double.requests)


def test_several_threads_may_ask_at_once(model):
    found: dict[int, np.ndarray] = {}

    def ask(number: int) -> None:
        found[number] = model.embed([f"llama {number}"], "query")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    for number in range(8):
        np.testing.assert_allclose(found[number], words(f"llama {number}"), atol=1e-6)


def test_the_double_refuses_what_it_does_not_know():
    assert error(404, "x").body == b'{"error":"x"}'
    with OllamaDouble() as double, pytest.raises(ValueError, match="is no fault; there are busy"):
        double.fail("/api/embed", "nonsense")
