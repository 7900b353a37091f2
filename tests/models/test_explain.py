"""What a model sees of a text, held to what it is really sent."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import WordModel
from tests.ollama.double import OllamaDouble
from workbench.errors import ModelError
from workbench.models import embedding_model
from workbench.models.explain import explain
from workbench.models.ollama.model import OllamaEmbedding
from workbench.models.tokens import EstimatedTokenizer


@pytest.fixture(scope="module")
def bundled():
    model = embedding_model("bundled:all-MiniLM-L6-v2")
    yield model
    model.close()


def pieces(explained):
    return [explained.sent[start:end] for start, end in explained.spans]


def test_a_short_text_is_seen_whole(bundled):
    explained = explain(bundled, "A vicuña.")
    assert pieces(explained) == ["A", "vic", "uña", "."]
    assert (explained.sent, explained.prefix, explained.cut) == ("A vicuña.", "", "")
    assert (explained.tokens, explained.limit, explained.exact) == (6, 256, True)
    np.testing.assert_allclose(explained.vector, bundled.embed(["A vicuña."], "document")[0], atol=1e-6)
    assert explained.norm == pytest.approx(1, abs=1e-5)
    assert (explained.model, explained.role) == (bundled.id, "document")


def test_what_is_cut_off_is_what_the_model_does_not_see(bundled):
    text = "llamas " * 150 + "THE END"
    explained = explain(bundled, text)
    assert (explained.tokens, explained.limit) == (3 * 150 + 2 + 2, 256)
    assert explained.cut.endswith("THE END")
    seen = explained.sent[: explained.seen]
    np.testing.assert_allclose(bundled.embed([seen], "document")[0], explained.vector, atol=1e-5)
    other = seen + " computer software"
    np.testing.assert_allclose(bundled.embed([other], "document")[0], explained.vector, atol=1e-5)
    assert abs(bundled.embed([seen.rpartition(" ")[0]], "document")[0] - explained.vector).max() > 1e-5


def test_what_is_said_to_be_seen_is_what_a_server_is_sent(bundled):
    with (
        OllamaDouble() as double,
        closing(
            OllamaEmbedding("short", tokenizer=bundled.tokenizer, host=double.url, query_prefix="query: ")
        ) as model,
    ):
        double.add_model("short", "embedding", parameters="num_ctx                        16")
        explained = explain(
            model, "Which of the animals of the Andes has the finest wool, the alpaca or the vicuña?", "query"
        )
        assert double.sent("/api/embed")[-1]["input"] == [explained.sent[: explained.seen]]
        assert explained.sent[: explained.seen] == "query: Which of the animals of the Andes has the finest wool,"
        assert (explained.tokens, explained.limit) == (25, 16)


def test_the_prefix_of_the_role_is_part_of_what_is_sent():
    model = WordModel(query_prefix="search_query: ", document_prefix="search_document: ")
    explained = explain(model, "how fine is wool", "query")
    assert (explained.prefix, explained.sent) == ("search_query: ", "search_query: how fine is wool")
    assert model.sent == ["search_query: how fine is wool"]
    assert pieces(explained) == ["search_query", "how", "fine", "is", "wool"]
    assert explain(model, "wool").prefix == "search_document: "


def test_an_empty_text_is_all_prefix():
    explained = explain(WordModel(document_prefix="passage: "), "")
    assert (explained.prefix, explained.sent, explained.tokens) == ("passage: ", "passage: ", 1)


def test_special_tokens_take_room():
    model = WordModel()
    model.max_tokens, model.special_tokens = 5, 2
    explained = explain(model, "one two three four")
    assert (explained.tokens, explained.limit) == (6, 5)
    assert (explained.sent[: explained.seen], explained.cut) == ("one two three", " four")
    assert explain(model, "one two three").cut == ""


def test_estimated_tokens_say_so():
    model = WordModel()
    model.tokenizer = EstimatedTokenizer()
    explained = explain(model, "guanaco")
    assert (explained.exact, pieces(explained)) == (False, ["guan", "aco"])


def test_the_norm_is_of_the_vector_as_it_came():
    class Long(WordModel):
        def embed(self, texts, role):
            return super().embed(texts, role) * 3

    assert explain(Long(), "wool").norm == pytest.approx(3, rel=1e-6)


def test_a_reply_of_no_use_is_not_explained():
    class Empty(WordModel):
        def embed(self, texts, role):
            return np.zeros((0, 64), dtype=np.float32)

    with pytest.raises(ModelError, match="one vector a text was expected"):
        explain(Empty(), "wool")


@given(st.text(max_size=80), st.integers(1, 12), st.sampled_from(["document", "query"]))
def test_seen_and_cut_are_the_whole_and_the_tokens_fit(text, limit, role):
    model = WordModel(query_prefix="q: ", document_prefix="d: ")
    model.max_tokens = limit
    explained = explain(model, text, role)
    assert explained.sent[: explained.seen] + explained.cut == explained.sent == explained.prefix + text
    assert model.tokenizer.count([explained.sent[: explained.seen]])[0] <= limit
    assert (explained.cut == "") == (explained.tokens <= limit) or not explained.cut.strip()
