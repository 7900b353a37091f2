"""`cl100k_base` from a file that is installed: the tokens of OpenAI's models, with their places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fresh import run_fresh
from workbench.models.remote.cl100k import Cl100kTokenizer, _encoding, openai_tokenizer, ranks_file, without_halves
from workbench.models.remote.fitting import cut, requests
from workbench.models.tokens import EstimatedTokenizer

# Whole characters of one to four bytes, and what the encoding treats apart.
WRITING = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("aé語🦙\n '1 ")), max_size=60)


@pytest.fixture(scope="module")
def tokenizer():
    return openai_tokenizer()


def test_known_texts_have_the_tokens_that_openai_gives_them(tokenizer):
    # From OpenAI's guide on counting tokens, and its article on when to use which encoding.
    encoding = _encoding(tokenizer.path)
    assert encoding.encode_ordinary("tiktoken is great!") == [83, 1609, 5963, 374, 2294, 0]
    assert encoding.encode_ordinary("antidisestablishmentarianism") == [519, 85342, 34500, 479, 8997, 2191]
    assert encoding.encode_ordinary("2 + 2 = 4") == [17, 489, 220, 17, 284, 220, 19]
    assert encoding.encode_ordinary("お誕生日おめでとう") == [
        33334,
        45918,
        243,
        21990,
        9080,
        33334,
        62004,
        16556,
        78699,
    ]


def test_a_character_of_several_tokens_is_spanned_by_each(tokenizer):
    assert tokenizer.offsets(["a 🦙"])[0].tolist() == [[0, 1], [1, 3], [2, 3], [2, 3]]
    assert tokenizer.offsets([""])[0].shape == (0, 2)


def test_a_special_token_in_a_text_is_text(tokenizer):
    assert tokenizer.count(["<|endoftext|>"]).tolist() == [7]


@given(text=WRITING)
def test_tokens_begin_where_tiktoken_says_and_leave_nothing_out(tokenizer, text):
    spans = tokenizer.offsets([text])[0]
    encoding = _encoding(tokenizer.path)
    _, starts = encoding.decode_with_offsets(encoding.encode_ordinary(text))
    assert spans.dtype == np.int32
    assert spans[:, 0].tolist() == starts
    assert len(spans) == tokenizer.count([text])[0]
    assert (np.diff(spans[:, 1]) >= 0).all()
    covered = {place for start, end in spans.tolist() for place in range(start, end)}
    assert covered == set(range(len(text)))


def test_halves_of_characters_keep_the_places_of_the_others(tokenizer):
    text = "a \ud83e\udd99 b \ud800"
    assert without_halves(text) == "a \ufffd\ufffd b \ufffd"
    assert tokenizer.offsets([text])[0][-1, 1] == len(text)


@given(text=WRITING, room=st.integers(1, 20))
def test_a_cut_text_fits_and_is_the_beginning(tokenizer, text, room):
    (kept,) = cut([text], tokenizer, room)
    assert text.startswith(kept)
    assert tokenizer.count([kept])[0] <= room
    if tokenizer.count([text])[0] <= room:
        assert kept == text


@given(
    lengths=st.lists(st.integers(0, 30), max_size=20),
    texts=st.integers(1, 8),
    tokens=st.integers(1, 60),
)
def test_requests_hold_every_text_once_and_no_more_than_they_may(lengths, texts, tokens):
    given_texts = [f"{'x. ' * length}" for length in lengths]
    tokenizer = EstimatedTokenizer()
    parts = list(requests(given_texts, tokenizer, texts, tokens))
    assert [text for part in parts for text in part] == given_texts
    for part in parts:
        assert 1 <= len(part) <= texts
        assert len(part) == 1 or tokenizer.count(part).sum() <= tokens


def test_the_file_is_found_without_importing_its_package():
    program = (
        "import sys; from workbench.models.remote.cl100k import openai_tokenizer as t; t().count(['a llama']); "
        "print([name for name in sys.modules if name.partition('.')[0] in ('llama_index', 'openai', 'torch')])"
    )
    assert run_fresh(program).strip() == "[]"


def test_a_package_without_the_file_gives_an_estimate(monkeypatch, tmp_path):
    assert ranks_file("no-such-package") is None
    from workbench.models.remote import cl100k

    class Carrier:
        def locate_file(self, place):
            path = tmp_path / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("YQ== 0\n")
            return path

    monkeypatch.setattr(cl100k, "distribution", lambda name: Carrier())
    assert ranks_file() is None
    openai_tokenizer.cache_clear()
    try:
        assert isinstance(openai_tokenizer(), EstimatedTokenizer)
    finally:
        openai_tokenizer.cache_clear()


def test_tokenizers_that_count_alike_have_one_identity(tokenizer):
    assert isinstance(tokenizer, Cl100kTokenizer)
    assert Cl100kTokenizer(tokenizer.path).identity == tokenizer.identity
    assert tokenizer.identity != EstimatedTokenizer.identity
