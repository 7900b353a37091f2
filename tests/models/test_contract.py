"""What every embedding model keeps, whoever provides it. A new provider adds its id to MODELS."""

from __future__ import annotations

import json

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from llama_index.core.base.embeddings.base import BaseEmbedding

from tests.doubles import WordModel
from tests.models.remote.double import KEY, RemoteDouble
from tests.ollama.double import OllamaDouble
from workbench import embedding_model
from workbench.models import info_of, prepare, text_room
from workbench.models.bundled_files import checked_files
from workbench.protocols import EmbeddingModel

MODELS = (
    "bundled:all-MiniLM-L6-v2",
    "ollama:all-minilm",
    "ollama:nomic-embed-text",
    "huggingface:on OpenVINO",
    "huggingface:on torch",
    "openai:text-embedding-3-small",
    "azure:my-deployment",
    "llama_index:words",
    "langchain:words",
    "own:words",
    "test:words",
)

TEXTS = [
    "The llama carries loads in the Andes.",
    "An alpaca gives fine wool.",
    "A camel stores fat in its hump.",
    "Dromedaries have one hump and live in hot deserts, where they find little to drink for weeks on end.",
]


class OfOnesOwn:
    """Words, as lists."""

    def embed_documents(self, texts):
        return WordModel().embed(texts, "document").tolist()

    def embed_query(self, text):
        return self.embed_documents([text])[0]


class OfLangChain(OfOnesOwn, Embeddings):
    """The same, as LangChain has it."""


class OfLlamaIndex(BaseEmbedding):
    """The same, as LlamaIndex has it."""

    def _get_text_embedding(self, text):
        return WordModel().embed([text], "document")[0].tolist()

    _get_query_embedding = _get_text_embedding

    async def _aget_query_embedding(self, query):
        return self._get_query_embedding(query)


OBJECTS = {"llama_index": OfLlamaIndex, "langchain": OfLangChain, "own": OfOnesOwn, "test": WordModel}


@pytest.fixture(params=MODELS)
def model(request, monkeypatch, warm):
    with OllamaDouble() as double, RemoteDouble() as remote:
        if "nomic-embed-text:latest" not in double.models:
            double.add_model("nomic-embed-text", "embedding")
        monkeypatch.setenv("OLLAMA_HOST", double.url)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{remote.url}/v1")
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", remote.url)
        for name in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"):
            monkeypatch.setenv(name, KEY)
        provider, _, name = request.param.partition(":")
        if name == "words":
            made = embedding_model(OBJECTS[provider]())
        elif provider == "huggingface":
            made = embedding_model(f"huggingface:{checked_files()}", backend=name.rpartition(" ")[2].lower())
        else:
            made = embedding_model(request.param)
        yield made
        made.close()


def test_is_what_the_protocol_asks(model):
    assert isinstance(model, EmbeddingModel)
    provider, _, name = model.id.partition(":")
    assert provider
    assert name
    assert model.batch_size >= 1
    assert model.max_tokens > model.special_tokens >= 0


def test_one_finite_vector_a_text_in_order(model):
    vectors = model.embed(prepare(model, TEXTS, "document"), "document")
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), model.dimensions), np.float32)
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1).min() > 0
    backwards = model.embed(prepare(model, TEXTS[::-1], "document"), "document")
    np.testing.assert_allclose(backwards[::-1], vectors, atol=1e-5)


def test_the_same_text_alone_or_in_company_is_the_same_vector(model):
    sent = prepare(model, TEXTS, "document")
    together = model.embed(sent, "document")
    alone = np.concatenate([model.embed([text], "document") for text in sent])
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_the_fingerprint_is_json_and_stays(model):
    first = dict(model.fingerprint())
    assert json.loads(json.dumps(first, allow_nan=False)) == first
    assert dict(model.fingerprint()) == first
    assert first["query_prefix"] == model.query_prefix
    assert first["document_prefix"] == model.document_prefix


def test_tokens_lie_in_the_text_and_are_counted_alike(model):
    spans = model.tokenizer.offsets(TEXTS)
    assert [len(span) for span in spans] == model.tokenizer.count(TEXTS).tolist()
    for text, span in zip(TEXTS, spans, strict=True):
        assert (span[:, 0] <= span[:, 1]).all()
        assert span.min() >= 0
        assert span.max() <= len(text)


def test_the_description_says_what_can_be_read(model):
    model.embed(prepare(model, TEXTS[:1], "query"), "query")
    info = info_of(model)
    assert (info.id, info.ready) == (model.id, True)
    assert info.dimensions == model.dimensions
    assert 0 < text_room(model) <= info.max_tokens


def test_closing_twice_is_closing_once(model):
    model.close()
    model.close()
