"""`openai:` against a real server on loopback: what is sent, and what comes of the reply."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.models.remote.double import KEY
from tests.ollama.double import OllamaDouble
from workbench import embedding_model
from workbench.errors import InputError, ModelError, ModelNotFound
from workbench.models.openai import OpenAIModel
from workbench.models.remote.facts import MOST_TOKENS

TEXTS = ["The llama carries loads.", "An alpaca gives wool.", "A camel stores fat."]


def words(texts, length=1536):
    return WordModel(length).embed(texts, "document")


def test_vectors_are_those_of_the_server_to_the_bit(model, double):
    vectors = model.embed(TEXTS, "document")
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, words(TEXTS))
    (asked,) = double.asked
    assert asked.path == "/v1/embeddings"
    assert asked.body == {"model": "text-embedding-3-small", "input": TEXTS, "encoding_format": "base64"}


def test_a_batch_size_of_42_makes_requests_of_42(double):
    model = embedding_model("openai:text-embedding-3-small", base_url=f"{double.url}/v1", batch_size=42)
    texts = [f"text {number}" for number in range(100)]
    np.testing.assert_array_equal(model.embed(texts, "document"), words(texts))
    assert double.sizes == [42, 42, 16]
    assert double.texts == texts
    model.close()


def test_a_server_that_gives_lists_and_another_order_is_understood(model, double):
    double.base64, double.backwards = False, True
    np.testing.assert_allclose(model.embed(TEXTS, "document"), words(TEXTS), atol=1e-7)


def test_no_request_holds_more_tokens_than_the_service_takes(model, double):
    texts = [f"{number} " + "llama " * 8000 for number in range(90)]
    model.embed(texts, "document")
    assert double.texts == texts
    counts = iter(model.tokenizer.count(texts).tolist())
    sums = [sum(next(counts) for _ in range(size)) for size in double.sizes]
    assert max(sums) <= MOST_TOKENS
    assert len(sums) == 3


def test_a_long_text_is_cut_after_8191_tokens_or_refused(model, double):
    long = "llama " * 9000
    model.embed([long], "document")
    (sent,) = double.texts
    assert long.startswith(sent)
    assert model.tokenizer.count([sent]).tolist() == [8191]
    strict = OpenAIModel("text-embedding-3-small", base_url=f"{double.url}/v1", truncate=False)
    with pytest.raises(ModelError, match=r"Text 2 of 2 has 9,002 tokens and openai:text-embedding-3-small reads at "):
        strict.embed(["short", long], "document")
    assert len(double.asked) == 1


def test_dimensions_are_asked_for_and_checked(double):
    model = OpenAIModel("text-embedding-3-large", base_url=f"{double.url}/v1", dimensions=256)
    assert model.embed(TEXTS, "document").shape == (3, 256)
    assert double.asked[0].body["dimensions"] == 256
    assert model.dimensions == 256
    model.close()


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("text-embedding-ada-002", {"dimensions": 256}, "cannot be cut"),
        ("text-embedding-3-small", {"dimensions": 1537}, "have 1536 numbers. Give no more"),
        ("text-embedding-3-small", {"dimensions": 0}, "give 1 or more"),
        ("text-embedding-3-small", {"batch_size": 2049}, "give 1 to 2048"),
        ("text-embedding-3-small", {"batch_size": 0}, "give 1 to 2048"),
        ("text-embedding-3-small", {"timeout": 0}, "give seconds above 0"),
        ("text-embedding-3-small", {"max_retries": -1}, "give 0 or more"),
        ("text-embedding-3-small", {"base_url": "api.openai.com/v1"}, "base_url is not an address"),
        ("text-embedding-3-small", {"base_url": "https://me:hush@host/v1"}, "without a user, password"),
    ],
)
def test_an_option_out_of_its_range_is_an_error_at_once(name, options, said):
    with pytest.raises(InputError, match=said) as caught:
        OpenAIModel(name, **options)
    assert "hush" not in str(caught.value)


def test_a_name_that_is_not_openais_learns_its_length_and_keeps_its_fingerprint(double):
    model = OpenAIModel("words", base_url=f"{double.url}/v1")
    before = model.fingerprint()
    assert model.dimensions is None
    model.embed(TEXTS, "document")
    assert model.dimensions == 1536
    assert model.fingerprint() == before
    assert (model.special_tokens, model.max_tokens, model.tokenizer.exact) == (2, 512, False)
    model.close()


def test_what_changes_a_vector_changes_the_fingerprint():
    def of(name="text-embedding-3-small", **options):
        return OpenAIModel(name, **options).fingerprint()

    assert of()["host"] == ""
    assert of(api_key=KEY, batch_size=7, timeout=3, consent=True) == of()
    others = [
        of("text-embedding-3-large"),
        of(dimensions=512),
        of(max_tokens=100),
        of(truncate=False),
        of(query_prefix="q: "),
        of(document_prefix="d: "),
        of(base_url="https://host.example/v1"),
    ]
    assert all(other != of() for other in others)
    assert of(base_url="https://host.example/v1")["host"] == "host.example/v1"


def test_ollamas_route_of_this_form_gives_the_vectors_of_its_own():
    with OllamaDouble() as double:
        theirs = embedding_model("openai:all-minilm", base_url=f"{double.url}/v1")
        ours = embedding_model("ollama:all-minilm", host=double.url)
        np.testing.assert_allclose(theirs.embed(TEXTS, "document"), ours.embed(TEXTS, "document"), atol=1e-6)
        assert (theirs.destination, theirs.price) == ("", None)
        assert (theirs.dimensions, theirs.max_tokens) == (384, 256)
        assert theirs.served_tokens(TEXTS) == ours.served_tokens(TEXTS)
        missing = embedding_model("openai:nobody", base_url=f"{double.url}/v1")
        with pytest.raises(ModelNotFound, match="has no model 'nobody'"):
            missing.embed(["x"], "query")
        for one in (theirs, ours, missing):
            one.close()


def test_tokens_that_the_server_counts(model, double):
    assert model.served_tokens(["one two", "three"]) == [2, 1]
    double.usage = False
    assert model.served_tokens(["one two"]) is None


def test_threads_share_a_model(model):
    texts = [[f"thread {number} text {row}" for row in range(5)] for number in range(8)]
    found: dict[int, np.ndarray] = {}

    def work(number):
        found[number] = model.embed(texts[number], "document")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(8):
        np.testing.assert_array_equal(found[number], words(texts[number]))


def test_a_closed_model_opens_again_at_its_next_text(model, double):
    model.embed(TEXTS[:1], "document")
    model.close()
    model.close()
    np.testing.assert_array_equal(model.embed(TEXTS, "document"), words(TEXTS))
    assert double.sizes == [1, 3]


def test_half_a_character_is_sent_as_a_mark_for_it(model, double):
    model.embed(["half \ud83e of a llama"], "document")
    assert double.texts == ["half \ufffd of a llama"]


def test_no_texts_are_no_request():
    assert OpenAIModel("text-embedding-3-small").embed([], "document").shape == (0, 1536)
