"""Engines that do one thing wrong fail the probe of that thing, and no other."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.models.check.engines import TokenModel, byte_tokenizer, cased_tokenizer, uncased_tokenizer
from workbench.errors import Cancelled, ModelError, ServerError
from workbench.models.check import check_model
from workbench.models.tokens import EstimatedTokenizer

SYMBOLS = re.compile(r"[<>=+^|~$`]")
TOKENIZERS = {"uncased": uncased_tokenizer, "cased": cased_tokenizer, "bytes": byte_tokenizer}


@pytest.fixture
def tokenizer(request, tmp_path):
    return TOKENIZERS[request.param](tmp_path)


class Words(WordModel):
    """Knows words, not tokens, and cuts after the last that it reads."""

    def embed(self, texts, role):
        return super().embed([" ".join(text.split()[: self.max_tokens]) for text in texts], role)


def failures(model):
    return [probe.name for probe in check_model(model).failures]


def found(model, name):
    return next(probe for probe in check_model(model).probes if probe.name == name)


@pytest.mark.parametrize("tokenizer", TOKENIZERS, indirect=True)
def test_a_right_engine_passes_whatever_its_tokenizer(tokenizer):
    check = check_model(TokenModel(tokenizer))
    assert check.passed
    assert {probe.name: probe.seen for probe in check.probes if probe.passed is None} == {
        "tokens": "The engine does not say how many tokens it reads.",
        "weights": "The weights of this model are not at hand to compare with.",
    }


def test_a_right_engine_without_a_tokenizer_passes():
    check = check_model(Words(256))
    assert check.failures == ()
    assert found(Words(256), "scripts").passed


# What is done to the vectors of a call ---------------------------------------------------------------------------


def reverse(texts, vectors):
    return vectors[::-1]


def by_length(texts, vectors):
    return vectors[np.argsort([len(text) for text in texts], kind="stable")]


def rotate(texts, vectors):
    return np.roll(vectors, 1, axis=0)


def shuffle(texts, vectors):
    return vectors[np.random.default_rng(len(texts)).permutation(len(texts))]


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def noise():
    chance = np.random.default_rng(1)
    return lambda texts, vectors: unit(vectors + 0.1 * chance.standard_normal(vectors.shape).astype(np.float32))


def chance_alone():
    chance = np.random.default_rng(2)
    return lambda texts, vectors: unit(chance.standard_normal(vectors.shape).astype(np.float32))


def company(texts, vectors):
    return unit(vectors + 0.2 * vectors.mean(axis=0))


def padded(texts, vectors):
    """Padding is read: the more of it, the further a vector moves."""
    missing = np.array([max(map(len, texts)) - len(text) for text in texts], dtype=np.float32)
    return unit(vectors + 0.005 * missing[:, None] * np.eye(1, vectors.shape[1], dtype=np.float32))


def long_vectors(texts, vectors):
    return vectors * np.linspace(2, 5, len(vectors), dtype=np.float32)[:, None]


def loses_one(texts, vectors):
    return vectors[1:] if len(vectors) > 1 else vectors


def not_a_number(texts, vectors):
    return vectors * np.where(np.arange(len(vectors)) == 5, np.nan, 1)[:, None]


@pytest.mark.parametrize("tokenizer", ["uncased", "bytes"], indirect=True)
@pytest.mark.parametrize(
    ("spoil", "probe"),
    [
        (reverse, "order"),
        (by_length, "order"),
        (rotate, "order"),
        (shuffle, "order"),
        (noise(), "determinism"),
        (chance_alone(), "determinism"),
        (company, "batch"),
        (padded, "batch"),
        (long_vectors, "norm"),
        (loses_one, "reply"),
        (not_a_number, "reply"),
    ],
)
def test_vectors_that_are_spoilt_fail_their_own_probe(tokenizer, spoil, probe):
    assert failures(TokenModel(tokenizer, spoil=spoil)) == [probe]


# What is read of a text --------------------------------------------------------------------------------------------


def without_accents(text):
    return "".join(mark for mark in unicodedata.normalize("NFD", text) if unicodedata.category(mark) != "Mn")


def accented_words_unknown(text):
    return re.sub(r"\w+", lambda word: "zqx" if without_accents(word[0]) != word[0] else word[0], text)


def glued(text):
    """A symbol between two letters or digits becomes another letter."""
    return re.sub(r"(?<=\w)[<>=+^|~$`](?=\w)", "q", text)


def without_symbols(text):
    return SYMBOLS.sub(" ", text)


def greek_unknown(text):
    return re.sub(r"[\u0370-\u03ff]+", "zqx", text)


@pytest.mark.parametrize(
    ("tokenizer", "read", "probe"),
    [
        ("cased", str.lower, "case"),
        ("bytes", str.lower, "case"),
        ("uncased", accented_words_unknown, "accents"),
        ("bytes", accented_words_unknown, "accents"),
        ("bytes", without_accents, "accents"),
        ("uncased", glued, "punctuation"),
        ("uncased", without_symbols, "punctuation"),
        ("bytes", without_symbols, "punctuation"),
        ("uncased", greek_unknown, "scripts"),
        ("bytes", greek_unknown, "scripts"),
    ],
    indirect=["tokenizer"],
)
def test_text_that_is_misread_fails_its_own_probe(tokenizer, read, probe):
    assert failures(TokenModel(tokenizer, read=read)) == [probe]


@pytest.mark.parametrize("tokenizer", ["uncased", "bytes"], indirect=True)
@pytest.mark.parametrize(
    ("reads", "said"),
    [(90, "says that it reads 128 tokens, and cuts texts after"), (140, "does not cut a text after 128")],
)
def test_another_limit_than_it_says(tokenizer, reads, said):
    model = TokenModel(tokenizer, reads=reads)
    assert failures(model) == ["length"]
    assert said in found(model, "length").seen


def test_reading_more_than_an_estimated_limit_is_no_fault():
    model = WordModel(256)
    assert found(model, "length").passed is False
    model.tokenizer = EstimatedTokenizer()
    assert (
        found(model, "length").seen == "A text of 256 tokens, by estimate, is read whole, and longer ones beyond that."
    )


def test_an_estimated_limit_that_is_too_high_is_found_out():
    class Short(WordModel):
        def embed(self, texts, role):
            return super().embed([" ".join(text.split()[:40]) for text in texts], role)

    model = Short(256)
    model.tokenizer = EstimatedTokenizer()
    assert failures(model) == ["length"]


class Refusing(TokenModel):
    def embed(self, texts, role):
        if max(self.tokenizer.count(texts)) + 2 > self.max_tokens:
            raise ModelError("Text 1 of 1 has 158 tokens, and 128 is the most.")
        return super().embed(texts, role)


@pytest.mark.parametrize(("promise", "passed"), [("none", True), ("", True), ("end", False)])
@pytest.mark.parametrize("tokenizer", ["uncased"], indirect=True)
def test_refusing_long_texts_is_right_unless_it_says_otherwise(tokenizer, promise, passed):
    assert found(Refusing(tokenizer, truncation=promise), "length").passed is passed


@pytest.mark.parametrize("tokenizer", ["uncased"], indirect=True)
def test_cutting_is_wrong_where_refusing_was_promised(tokenizer):
    probe = found(TokenModel(tokenizer, truncation="none"), "length")
    assert probe.seen.startswith("This model says that it refuses texts of more than 128 tokens, and cuts them")


@pytest.mark.parametrize("tokenizer", ["uncased"], indirect=True)
def test_a_limit_that_is_too_far_is_not_tried(tokenizer):
    model = TokenModel(tokenizer)
    model.max_tokens = 8192
    probe = found(model, "length")
    assert (probe.passed, probe.seen) == (None, "A text of more than 8,192 tokens would take too long to ask.")
    assert max(len(text) for call in model.calls for text in call) < 100


class Counting(TokenModel):
    """Says how many tokens it reads."""

    more = 0

    def served_tokens(self, texts):
        return [
            int(count) + 2 + (self.more if "ñ" in text else 0)
            for text, count in zip(texts, self.tokenizer.count(texts), strict=True)
        ]


@pytest.mark.parametrize("tokenizer", ["uncased"], indirect=True)
def test_tokens_are_held_to_the_models_own(tokenizer):
    model = Counting(tokenizer)
    assert found(model, "tokens").seen == "It counts the tokens of 5 texts as the model's own tokenizer does."
    model.more = -1
    assert failures(model) == ["tokens"]
    assert found(model, "tokens").seen == (
        "This model counts other tokens than the model's own tokenizer "
        "(9, not 10, in “The vicuña lives in the Andes.”; 1 of 5 texts differ)."
    )
    assert found(model, "tokens").concerns == ("accents",)


def test_without_a_tokenizer_symbols_are_held_to_punctuation():
    class Glueing(Words):
        """Minds spaces around symbols, and none around punctuation."""

        def embed(self, texts, role):
            return super().embed([re.sub(r"(?<=\w)[<=](?=\w)", "q", text) for text in texts], role)

    assert failures(Glueing(256)) == ["punctuation"]


def test_without_a_tokenizer_capitals_must_matter_always_or_never():
    class Sometimes(Words):
        def embed(self, texts, role):
            return super().embed([text.replace("LLAMA", "zqx") for text in texts], role)

    assert failures(Sometimes(256)) == ["case"]


def test_without_a_tokenizer_accented_words_must_differ():
    class Unknown(Words):
        def embed(self, texts, role):
            return super().embed([accented_words_unknown(text) for text in texts], role)

    model = Unknown(256)
    assert failures(model) == ["accents"]
    assert found(model, "accents").seen == (
        "This model reads every accented word as unknown (“vicuña”, “ñandú” and “ñoño” have one vector)."
    )


# What is raised -----------------------------------------------------------------------------------------------------


def test_nothing_that_a_model_raises_ends_the_check():
    class Choosy(Words):
        def embed(self, texts, role):
            if any("😀" in text for text in texts):
                raise RuntimeError("no emoji, please")
            return super().embed(texts, role)

    check = check_model(Choosy(256))
    assert [probe.name for probe in check.failures] == ["reply", "scripts"]
    assert "RuntimeError: no emoji, please" in check.failures[1].seen
    assert [probe.name for probe in check.probes if probe.passed] == [
        "determinism",
        "norm",
        "accents",
        "case",
        "punctuation",
        "length",
    ]


def test_a_server_that_does_not_answer_ends_it():
    class Down(Words):
        def embed(self, texts, role):
            raise ServerError("No server answers.")

    with pytest.raises(ServerError, match="No server answers"):
        check_model(Down())


def test_a_check_can_be_cancelled():
    from threading import Event

    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled, match="The check of test:words was cancelled before “reply”"):
        check_model(WordModel(), cancel=cancel)


@pytest.mark.parametrize("tokenizer", ["uncased"], indirect=True)
def test_short_texts_go_in_one_call_and_few_go_alone(tokenizer):
    model = TokenModel(tokenizer)
    check_model(model)
    sizes = sorted(map(len, model.calls), reverse=True)
    assert sizes[0] == 37
    assert sizes[1] == 7
    assert sizes[2:] == [1] * 9
