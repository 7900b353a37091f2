"""What an embedding model of Ollama says when it may not, cannot or will not embed, against the double."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.doubles import WordModel, WordTokenizer
from tests.ollama.double import OllamaDouble
from workbench.errors import ConsentNeeded, InputError, ModelError
from workbench.models import info_of
from workbench.models.ollama.model import OllamaEmbedding
from workbench.models.ollama.names import cloud_host, host_of, same_model
from workbench.models.ollama.served import read_facts
from workbench.models.ollama.server import status


def make(name: str = "all-minilm", **options: object) -> OllamaEmbedding:
    return OllamaEmbedding(name, tokenizer=WordTokenizer(), **options)


@pytest.fixture
def model(ollama_double):
    made = make()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (
            {"kind": "status", "status": 400, "text": "embedding contains NaN or Inf values"},
            "a vector of all-minilm is not finite",
        ),
        ({"kind": "unauthorised"}, r"does not let this request in \(401: unauthorized\)\..*ollama signin.*OLLAMA_API_"),
        ({"kind": "too-many"}, r"takes no more requests for now \(429: too many requests\)\. Try again in 7 s\.$"),
        ({"kind": "too-many", "retry_after": ""}, r"\(429: too many requests\)\. Try again in a minute\.$"),
        (
            {"kind": "too-many", "retry_after": "Sat, 21 Nov 2026 09:00:00 GMT"},
            r"Try again after Sat, 21 Nov 2026 09:00:00 GMT\.$",
        ),
    ],
)
def test_a_refusal_is_one_sentence_and_a_retry_goes_on(model, ollama_double, fault, text):
    ollama_double.fail("/api/embed", **fault)
    with pytest.raises(ModelError, match=text) as caught:
        model.embed(["llama"], "document")
    assert "\n" not in str(caught.value)
    ollama_double.heal()
    assert model.embed(["llama"], "document").shape == (1, 384)


WRITES = "ollama:tiny-random is a language model: it writes text and makes no vectors. Choose an embedding model"


@pytest.mark.parametrize(("version", "capabilities"), [("0.24.0", True), ("0.24.0", False), ("0.32.15", True)])
def test_a_chat_model_asked_to_embed_is_told_before_anything_is_sent(version, capabilities):
    with OllamaDouble(version=version, capabilities=capabilities) as double:
        model = make("tiny-random", host=double.url)
        for ask in (lambda: model.embed(["a secret"], "document"), lambda: model.dimensions, model.fingerprint):
            with pytest.raises(ModelError, match=WRITES):
                ask()
        model.close()
        assert double.sent("/api/embed") == []


@pytest.mark.parametrize(
    "text",
    [
        "this model does not support embeddings",
        json.dumps({"error": {"code": 501, "message": "This server does not support embeddings. Start it with..."}}),
    ],
)
def test_a_server_that_finds_out_late_is_put_into_the_same_words(model, ollama_double, text):
    ollama_double.fail("/api/embed", "status", status=501, text=text)
    with pytest.raises(ModelError, match="all-minilm is a language model: it writes text and makes no vectors"):
        model.embed(["llama"], "document")


def test_a_model_that_both_writes_and_embeds_may_embed(ollama_double):
    ollama_double.add_model("both", "embedding", show_capabilities=("completion", "embedding"))
    model = make("both")
    assert model.embed(["llama"], "document").shape == (1, 384)
    model.close()


@pytest.mark.parametrize("option", ["batch_size", "dimensions"])
def test_less_than_one_is_refused_when_it_is_given(option):
    with pytest.raises(InputError, match=rf"{option} is 0 for ollama:all-minilm; give 1 or more"):
        make(**{option: 0})


def test_a_cloud_model_says_where_text_goes():
    assert make().destination == ""
    assert make("big-embed:cloud", consent=True).destination == "ollama.com"


def test_a_cloud_model_that_is_allowed_is_described_with_where_text_goes(ollama_double):
    ollama_double.cloud = True
    ollama_double.add_model(
        "big-embed:cloud", "embedding", remote_host="https://ollama.com:443", remote_model="big-embed"
    )
    model = make("big-embed:cloud", consent=True)
    info = info_of(model)
    assert (info.destination, info.id, info.dimensions) == ("ollama.com", "ollama:big-embed:cloud", 384)
    assert model.embed(["allowed"], "document").shape == (1, 384)
    model.close()


def test_a_copied_cloud_model_says_so_at_its_first_use(ollama_double):
    ollama_double.add_model("mine", "embedding", remote_host="https://ollama.com:443", remote_model="big-embed")
    asked = make("mine")
    for ask in (asked.embed, lambda texts, _: asked.served_tokens(texts)):
        with pytest.raises(ConsentNeeded, match=r'goes to ollama\.com\. .*wb\.allow\("ollama:mine"\)'):
            ask(["a secret"], "document")
    assert asked.destination == "ollama.com"
    assert ollama_double.sent("/api/embed") == []
    asked.consent = True
    assert asked.embed(["no secret"], "document").shape == (1, 384)
    asked.close()


@pytest.mark.parametrize(
    ("url", "host", "cloud"),
    [
        ("https://ollama.com:443", "ollama.com", True),
        ("https://api.ollama.com", "api.ollama.com", True),
        ("ollama.com", "ollama.com", True),
        ("http://127.0.0.1:11434", "127.0.0.1", False),
        ("https://notollama.com", "notollama.com", False),
        ("https://ollama.com.example", "ollama.com.example", False),
        ("", "", False),
    ],
)
def test_the_address_of_the_cloud_is_known(url, host, cloud):
    assert (host_of(url), cloud_host(url)) == (host, cloud)


@pytest.mark.parametrize(
    ("name", "listed", "same"),
    [
        ("all-minilm", "all-minilm:latest", True),
        ("ALL-MiniLM:latest", "all-minilm:latest", True),
        ("library/all-minilm", "all-minilm:latest", True),
        ("registry.ollama.ai/library/all-minilm:33m", "all-minilm:33m", True),
        ("all-minilm:33m", "all-minilm:latest", False),
        ("registry.example:5000/library/slow", "registry.example:5000/library/slow:latest", True),
        ("me/all-minilm", "all-minilm:latest", False),
    ],
)
def test_a_name_in_another_spelling_is_the_same_model(name, listed, same):
    assert same_model(name, listed) is same


def test_on_the_clouds_own_address_every_model_is_in_the_cloud(ollama_double, monkeypatch):
    for module in ("served", "status"):
        monkeypatch.setattr(f"workbench.models.ollama.{module}.cloud_host", lambda url: url == ollama_double.url)
    assert all(model.cloud for model in status(timeout=10).models)
    model = make()
    with pytest.raises(ConsentNeeded, match=r"goes to ollama\.com"):
        model.embed(["a secret"], "document")
    assert read_facts(model._connect(), "all-minilm").remote == "ollama.com"
    model.close()
    assert ollama_double.sent("/api/embed") == []


def test_the_old_route_gives_shorter_vectors_too(ollama_double):
    ollama_double.embed = lambda texts: WordModel(384).embed(texts, "document")
    ollama_double.fail("/api/embed", "no-route")
    ollama_double.old_route_norm = 17.0
    model = make(dimensions=64, keep_alive="30m")
    text = " ".join(f"word{n}" for n in range(60))
    cut = WordModel(384).embed([text], "document")[:, :64]
    np.testing.assert_allclose(model.embed([text], "document"), cut / np.linalg.norm(cut), atol=1e-6)
    assert ollama_double.sent("/api/embeddings") == [{"model": "all-minilm", "prompt": text, "keep_alive": "30m"}]
    model.close()


def test_half_a_surrogate_pair_does_not_stop_the_batch(model, ollama_double):
    ollama_double.embed = lambda texts: WordModel(384).embed(texts, "document")
    assert model.embed(["llama \ud83e", "🦙"], "document").shape == (2, 384)
    assert ollama_double.sent("/api/embed")[0]["input"] == ["llama \ud83e", "🦙"]
    assert b"\\ud83e" in ollama_double.requests[-1].raw


@pytest.mark.parametrize("name", ["mxbai-embed-large", "nomic-embed-text", "all-minilm", "snowflake-arctic-embed2"])
def test_whatever_the_server_lists_as_embedding_embeds(ollama_double, name):
    if name != "all-minilm":
        ollama_double.add_model(name, "embedding", dimensions=1024 if name.startswith("mxbai") else 384)
    listed = {model.name: model.kind for model in status(timeout=10).models}
    assert listed[f"{name}:latest"] == "embedding"
    from workbench import embedding_model

    model = embedding_model(f"ollama:{name}")
    vectors = model.embed(["one llama", "two llamas"], "document")
    assert vectors.shape == (2, 1024 if name.startswith("mxbai") else 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    model.close()
