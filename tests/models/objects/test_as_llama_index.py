"""Ours as LlamaIndex's, and back."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from llama_index.core import Document, Settings, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.embeddings.mock_embed_model import MockEmbedding

from tests.doubles import WordModel
from tests.notebooks.running import run_cells
from workbench import embedding_model
from workbench.models.as_llama_index import as_llama_index

TEXTS = ["The llama hums in the Andes.", "An alpaca gives fine wool.", "A camel crosses the desert.", "Bread rises."]


@pytest.fixture(scope="module")
def model():
    model = embedding_model("bundled:all-MiniLM-L6-v2")
    yield model
    model.close()


def test_alone(model):
    llama = model.as_llama_index()
    assert isinstance(llama, BaseEmbedding)
    vector = llama.get_text_embedding("It is raining cats and dogs here!")
    assert (type(vector), type(vector[0]), len(vector)) == (list, float, 384)
    np.testing.assert_allclose(vector, model.embed(["It is raining cats and dogs here!"], "document")[0], atol=1e-6)
    batch = llama.get_text_embedding_batch(TEXTS * 20)
    np.testing.assert_allclose(batch, model.embed(TEXTS * 20, "document"), atol=1e-5)
    assert llama.similarity(batch[0], batch[4]) == pytest.approx(1)


def test_each_role_has_its_prefix_once():
    words = WordModel(query_prefix="query ", document_prefix="passage ")
    llama = as_llama_index(words)
    llama.get_query_embedding("llama")
    llama.get_text_embedding_batch(["alpaca", "camel"])
    llama.get_text_embedding("vicuna")
    assert words.sent == ["query llama", "passage alpaca", "passage camel", "passage vicuna"]


def test_an_index_ranks_as_exact_search_does(model):
    index = VectorStoreIndex.from_documents([Document(text=text) for text in TEXTS], embed_model=model.as_llama_index())
    found = index.as_retriever(similarity_top_k=4).retrieve("Where does it hum?")
    scores = model.embed(TEXTS, "document") @ model.embed(["Where does it hum?"], "query")[0]
    assert [node.node.get_content() for node in found] == [TEXTS[row] for row in np.argsort(-scores)]
    np.testing.assert_allclose([node.score for node in found], np.sort(scores)[::-1], atol=1e-5)


def test_in_settings(model):
    before = MockEmbedding(embed_dim=2)
    try:
        Settings.embed_model = model.as_llama_index()
        index = VectorStoreIndex.from_documents([Document(text=text) for text in TEXTS])
        assert index.as_retriever(similarity_top_k=1).retrieve("wool")[0].node.get_content() == TEXTS[1]
    finally:
        Settings.embed_model = before


def test_async_verbs_work_twice_in_a_loop_that_is_running(model):
    llama = model.as_llama_index()

    async def twice():
        first = [await llama.aget_query_embedding("llama") for _ in range(2)]
        return first, [await llama.aget_text_embedding_batch(TEXTS) for _ in range(2)]

    # On a thread: where browser tests ran before, this one has a loop already.
    with ThreadPoolExecutor(1) as pool:
        queries, batches = pool.submit(asyncio.run, twice()).result()
    assert queries[0] == queries[1]
    np.testing.assert_allclose(batches[0], batches[1], atol=1e-6)
    np.testing.assert_allclose(batches[0], model.embed(TEXTS, "document"), atol=1e-5)


def test_async_verbs_work_twice_in_a_notebook():
    said = run_cells(
        [
            (
                "from workbench import embedding_model\n"
                "llama = embedding_model('bundled:all-MiniLM-L6-v2').as_llama_index()"
            ),
            "len(await llama.aget_query_embedding('llama'))",
            "len(await llama.aget_query_embedding('alpaca'))",
            "[len(one) for one in await llama.aget_text_embedding_batch(['a llama', 'a camel'])]",
            "len(llama.get_text_embedding_batch(['a llama', 'a camel']))",
        ]
    )
    assert said[1:] == ["384", "384", "[384, 384]", "2"]


def test_there_and_back_is_the_same_model(model):
    assert embedding_model(model.as_llama_index()) is model


def test_it_says_what_it_is_without_loading_weights():
    model = embedding_model("bundled:all-MiniLM-L6-v2")
    llama = model.as_llama_index(embed_batch_size=7)
    said = llama.to_dict()
    assert (said["class_name"], said["model_name"], said["embed_batch_size"]) == ("WorkbenchEmbedding", model.id, 7)
    assert as_llama_index(WordModel()).embed_batch_size == 8
    assert model._encoder is None
