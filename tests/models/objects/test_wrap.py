"""Objects of LlamaIndex, of LangChain and of a person's own become embedding models."""

from __future__ import annotations

import importlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings, FakeEmbeddings
from llama_index.core import MockEmbedding
from llama_index.core.base.embeddings.base import BaseEmbedding

from tests.doubles import WordModel, WordTokenizer
from workbench import Workbench, embedding_model
from workbench.errors import InputError, ModelError
from workbench.models import bundled_files
from workbench.models.base import Model
from workbench.models.objects import wrap

WORDS = WordModel(dimensions=512)
TEXTS = ["The llama hums.", "An alpaca gives wool.", "A camel spits."]


class Instructed:
    """Puts an instruction in front of each text, one for documents and one for queries."""

    def __init__(self, instruction: str = "A fact of zoology: ", api_key: str = "very secret") -> None:
        self.instruction = instruction
        self.api_key = api_key
        self.batches: list[int] = []

    def embed_documents(self, texts):
        self.batches.append(len(texts))
        return [list(row) for row in WORDS.embed([self.instruction + text for text in texts], "document")]

    def embed_query(self, text):
        return WORDS.embed([f"A question: {text}"], "query")[0]


class InstructedBase(BaseEmbedding):
    """The same as a subclass of LlamaIndex's class; it gives numpy arrays."""

    instruction: str = "A fact of zoology: "
    calls: list = []  # noqa: RUF012 - pydantic's way

    def _get_text_embeddings(self, texts):
        self.calls.append(len(texts))
        return list(WORDS.embed([self.instruction + text for text in texts], "document"))

    def _get_text_embedding(self, text):
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query):
        return WORDS.embed([f"A question: {query}"], "query")[0]

    async def _aget_query_embedding(self, query):
        raise AssertionError("the synchronous verbs are enough")


class OfLangChain(Embeddings):
    """A real LangChain class over our words."""

    chunk_size = 2

    def embed_documents(self, texts):
        return WORDS.embed(texts, "document").tolist()

    def embed_query(self, text):
        return WORDS.embed([text], "query")[0].tolist()


@pytest.mark.parametrize("make", [Instructed, InstructedBase])
def test_an_instruction_is_part_of_every_vector(make):
    model = embedding_model(make())
    expected = WORDS.embed([f"A fact of zoology: {text}" for text in TEXTS], "document")
    np.testing.assert_allclose(model.embed(TEXTS, "document"), expected)
    np.testing.assert_allclose(model.embed(TEXTS[:1], "query"), WORDS.embed([f"A question: {TEXTS[0]}"], "query"))
    assert (model.query_prefix, model.document_prefix, model.dimensions) == ("", "", 512)


def test_batches_are_the_objects_own():
    own, base = Instructed(), InstructedBase(embed_batch_size=2)
    embedding_model(own, batch_size=2).embed(TEXTS, "document")
    base.calls.clear()
    embedding_model(base).embed(TEXTS, "document")
    assert own.batches == [2, 1]
    assert base.calls == [2, 1]
    assert embedding_model(OfLangChain()).batch_size == 2


def test_a_cache_that_knows_only_the_text_is_passed_by():
    from llama_index.core.storage.kvstore import SimpleKVStore

    base = InstructedBase(embeddings_cache=SimpleKVStore())
    model = embedding_model(base)
    document, query = model.embed([TEXTS[0]], "document"), model.embed([TEXTS[0]], "query")
    assert float((document * query).sum()) < 0.99


@pytest.mark.parametrize(
    ("made", "id_"),
    [
        (Instructed(), "own:Instructed"),
        (InstructedBase(model_name="my/model"), "llama_index:my/model"),
        (MockEmbedding(embed_dim=4), "llama_index:MockEmbedding"),
        (OfLangChain(), "langchain:OfLangChain"),
        (DeterministicFakeEmbedding(size=8), "langchain:DeterministicFakeEmbedding"),
    ],
)
def test_ids_name_the_library_and_the_class(made, id_):
    model = wrap(made)
    assert model.id == id_
    assert isinstance(model, Model)
    assert wrap(made, name="mine").id == f"{id_.partition(':')[0]}:mine"


def test_a_fingerprint_tells_settings_and_versions_apart_and_holds_no_secret():
    first = embedding_model(Instructed()).fingerprint()
    assert "very secret" not in json.dumps(first)
    assert first == embedding_model(Instructed(api_key="another")).fingerprint()
    assert first != embedding_model(Instructed("Other: ")).fingerprint()
    assert first != embedding_model(Instructed(), version="2").fingerprint()
    assert first["settings"]["instruction"] == "A fact of zoology: "
    base = embedding_model(InstructedBase()).fingerprint()
    assert base == embedding_model(InstructedBase(embed_batch_size=99)).fingerprint()
    assert base != embedding_model(InstructedBase(instruction="Other: ")).fingerprint()


def test_a_changed_class_is_another_model(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    found = []
    for number in (1, 2):
        (tmp_path / f"mine{number}.py").write_text(
            "class Mine:\n"
            f"    def embed_documents(self, texts):\n        return [[{number}.0, 1.0] for _ in texts]\n"
            "    def embed_query(self, text):\n        return [1.0, 1.0]\n"
        )
        model = embedding_model(importlib.import_module(f"mine{number}").Mine())
        found.append(model.fingerprint()["code"])
    assert len(set(found)) == 2
    assert all(len(digest) == 12 for digest in found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size is 0; give a whole number, 1 or more"),
        ({"max_tokens": "many"}, "max_tokens is 'many'"),
        ({"version": 2}, "version is 2; give a text"),
        ({"tokenizer": str.split}, r"tokenizer is a method_descriptor\. Give an object with exact, offsets"),
        (
            {"device": "cpu"},
            r"An object has no option device\. It takes batch_size, max_tokens, name, tokenizer, version",
        ),
    ],
)
def test_an_option_that_cannot_be_is_told(options, message):
    with pytest.raises(InputError, match=message):
        embedding_model(Instructed(), **options)


def test_a_model_of_ours_takes_no_options_afterwards():
    ours = embedding_model("bundled:all-MiniLM-L6-v2")
    for given in (ours, ours.as_llama_index(), WordModel()):
        with pytest.raises(InputError, match=r"is an embedding model already, and batch_size cannot be changed"):
            embedding_model(given, batch_size=3)


def test_an_unknown_limit_is_said():
    assert embedding_model(Instructed()).note == "It does not say how much it reads; 8192 tokens are assumed."
    assert embedding_model(Instructed(), max_tokens=99).note == ""


def test_limits_and_tokenizers_can_be_given():
    model = embedding_model(Instructed(), max_tokens=128, tokenizer=WordTokenizer())
    assert (model.max_tokens, model.tokenizer.count(["two words"]).tolist()) == (128, [2])
    assert embedding_model(Instructed()).tokenizer.exact is False
    with pytest.raises(InputError, match="max_tokens is -1"):
        embedding_model(Instructed(), max_tokens=-1)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ([[1.0, 2.0]], r"3 texts were sent and \(1, 2\) came back"),
        ([[1.0], [1.0, 2.0], [1.0]], "not an array of numbers"),
        ([[0.0, 0.0]] * 3, "is zero"),
        ([[float("nan"), 1.0]] * 3, "NaN"),
        (None, "not an array of numbers|3 texts were sent"),
        ("abc", "not an array of numbers|3 texts were sent"),
    ],
)
def test_a_bad_reply_is_a_sentence(reply, message):
    class Bad:
        def embed_documents(self, texts):
            return reply

        embed_query = embed_documents

    with pytest.raises(ModelError, match=message):
        embedding_model(Bad()).embed(TEXTS, "document")


def test_an_error_of_the_object_is_told_as_the_models():
    class Broken:
        def embed_documents(self, texts):
            raise RuntimeError("no memory left")

        def embed_query(self, text):
            raise RuntimeError("no memory left")

    model = embedding_model(Broken())
    with pytest.raises(ModelError, match=r"own:.*Broken could not embed 3 .*RuntimeError: no memory left.*embed again"):
        model.embed(TEXTS, "document")


def test_an_error_shows_no_key():
    class Leaking(Instructed):
        def embed_documents(self, texts):
            raise RuntimeError(f"401: {self.api_key} and sk-abcdef123 are no keys")

    with pytest.raises(ModelError, match=r"RuntimeError: 401: \*\*\* and \*\*\* are no keys"):
        embedding_model(Leaking()).embed(TEXTS, "document")


def test_a_later_batch_of_another_length_is_a_sentence():
    class Uneven(Instructed):
        def embed_documents(self, texts):
            return [[1.0] * (2 + len(texts))] * len(texts)

    with pytest.raises(ModelError, match=r"its vectors have 3 numbers; 4 were expected"):
        embedding_model(Uneven(), batch_size=2).embed(TEXTS, "document")


def test_tensors_and_generators_are_read():
    import torch

    class Tensors(Instructed):
        def embed_documents(self, texts):
            return torch.ones(len(texts), 2, requires_grad=True)

        def embed_query(self, text):
            return torch.ones(2, dtype=torch.bfloat16)

    class Lazy(Instructed):
        def embed_documents(self, texts):
            return ([1.0, 1.0] for _ in texts)

    np.testing.assert_array_equal(embedding_model(Tensors()).embed(TEXTS, "document"), np.ones((3, 2)))
    np.testing.assert_array_equal(embedding_model(Tensors()).embed(TEXTS, "query"), np.ones((3, 2)))
    np.testing.assert_array_equal(embedding_model(Lazy()).embed(TEXTS, "document"), np.ones((3, 2)))


def test_one_thread_at_a_time_is_inside_an_object():
    inside, most = 0, 0

    class Watching(Instructed):
        def embed_documents(self, texts):
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            threading.Event().wait(0.01)
            inside -= 1
            return [[1.0]] * len(texts)

    model = embedding_model(Watching(), batch_size=1)
    with ThreadPoolExecutor(4) as pool:
        assert [len(one) for one in pool.map(lambda _: model.embed(TEXTS, "document"), range(4))] == [3] * 4
    assert most == 1


def test_a_rate_limit_of_llama_index_is_kept():
    class Limiter:
        acquired = 0

        def acquire(self):
            self.acquired += 1

    limiter = Limiter()
    model = embedding_model(InstructedBase(rate_limiter=limiter, embed_batch_size=2))
    model.embed(TEXTS, "document")
    model.embed(TEXTS[:1], "query")
    assert limiter.acquired == 3


def test_langchains_own_doubles_embed():
    model = embedding_model(DeterministicFakeEmbedding(size=8))
    once, twice = (model.embed(TEXTS, "document") for _ in range(2))
    assert once.shape == (3, 8)
    np.testing.assert_array_equal(once, twice)
    assert embedding_model(FakeEmbeddings(size=5)).embed(TEXTS, "query").shape == (3, 5)


def test_the_bundled_weights_through_langchain_give_the_bundled_vectors():
    class Bundled(Embeddings):
        def embed_documents(self, texts):
            return bundled.embed(texts, "document").tolist()

        def embed_query(self, text):
            return bundled.embed([text], "query")[0].tolist()

    bundled = embedding_model("bundled:all-MiniLM-L6-v2")
    model = embedding_model(Bundled())
    assert model.id == "langchain:Bundled"
    np.testing.assert_allclose(model.embed(TEXTS, "document"), bundled.embed(TEXTS, "document"), atol=1e-5)


def test_what_is_no_model_is_told_the_ways_that_work():
    with pytest.raises(
        InputError, match=r"of the type object.*embed_documents and embed_query.*BaseEmbedding.*LangChain"
    ):
        embedding_model(object())
    with pytest.raises(InputError, match=r"the class Instructed\. Give an object of it: Instructed\(\)"):
        embedding_model(Instructed)


def test_the_bundled_weights_through_llama_index_give_the_bundled_vectors():
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    inner = HuggingFaceEmbedding(
        str(bundled_files.checked_files()), device="cpu", query_instruction="", text_instruction=""
    )
    model = embedding_model(inner)
    np.testing.assert_allclose(
        model.embed(TEXTS, "document"),
        embedding_model("bundled:all-MiniLM-L6-v2").embed(TEXTS, "document"),
        atol=1e-4,
    )
    assert model.as_llama_index() is inner


def test_a_workbench_takes_an_object(tmp_path):
    with Workbench(TEXTS, store=tmp_path, model=Instructed(), llm="extractive") as wb:
        assert wb.embed().new == 3
        assert wb.search("wool of an alpaca", top_k=1).passages[0].chunk.text == TEXTS[1]
        assert wb.model_info.id == "own:Instructed"
