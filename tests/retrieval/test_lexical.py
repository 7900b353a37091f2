from __future__ import annotations

import math
import threading

import bm25s
import numpy as np
import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import Cancelled
from workbench.retrieval.language import language_of, stop_words
from workbench.retrieval.lexical import LexicalIndex, words

TEXTS = ["llama wool", "llama llama hay", "camel hump"]
VOCABULARY = ["llama", "wool", "camel", "hump", "hay", "the", "walking", "walks"]


def bm25(term_count: int, length: int, holding: int, mean: float, total: int) -> float:
    """Give one term's score in Lucene's variant, k1 1.5, b 0.75."""
    rarity = math.log(1 + (total - holding + 0.5) / (holding + 0.5))
    return rarity * term_count / (term_count + 1.5 * (1 - 0.75 + 0.75 * length / mean))


def test_by_hand():
    index = LexicalIndex(TEXTS, language="english")
    mean = 7 / 3
    expected = [bm25(1, 2, 2, mean, 3) + bm25(1, 2, 1, mean, 3), bm25(2, 3, 2, mean, 3), 0]
    assert index.scores("llama wool") == pytest.approx(expected, rel=1e-5)


@given(st.lists(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=8).map(" ".join), min_size=2, max_size=9))
def test_equals_the_library_with_its_own_words(texts):
    stemmer = Stemmer.Stemmer("english")
    tokens = bm25s.tokenize([*texts, "zebra"], stopwords="en", stemmer=stemmer, show_progress=False)
    library = bm25s.BM25()
    library.index(tokens, show_progress=False)
    query = [one for one in map(stemmer.stemWord, ["llama", "walked"]) if one in tokens.vocab]
    ours = LexicalIndex([*texts, "zebra"], language="english").scores("The llama walked")
    expected = library.get_scores(query) if query else np.zeros(len(texts) + 1)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


@given(st.permutations(VOCABULARY))
def test_the_order_of_words_does_not_count(question):
    index = LexicalIndex(["llama wool hay", "camel walks", "the hump"], language="english")
    np.testing.assert_allclose(index.scores(" ".join(question)), index.scores(" ".join(VOCABULARY)), rtol=1e-5)


def test_stems_meet_and_stop_words_do_not_count():
    index = LexicalIndex(["the llamas walked", "the camel"], language="english")
    assert index.scores("Walking llama")[0] > 0
    assert index.scores("the").tolist() == [0, 0]


def test_no_texts_no_words_and_no_match():
    assert LexicalIndex([]).scores("llama").shape == (0,)
    assert LexicalIndex(["...", "!"]).scores("llama").tolist() == [0, 0]
    assert LexicalIndex(TEXTS).scores("zebra").tolist() == [0, 0, 0]
    assert LexicalIndex(TEXTS).scores("").tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The llama is one of the animals that carry loads in the Andes.", "english"),
        ("Das Lama ist eines der Tiere, die in den Anden Lasten tragen, und es lebt in der Herde.", "german"),
        ("El llama es uno de los animales que llevan cargas en los Andes y viven en manadas.", "spanish"),
        ("Le lama est un des animaux qui portent des charges dans les Andes et il vit en groupe.", "french"),
        ("guanaco 16 um, vicuña 12 um, llama 25 um", ""),
        ("ラクダは砂漠を渡る", ""),
    ],
)
def test_the_language_is_found_out(text, language):
    assert language_of([text]) == language


def test_a_language_of_no_list_has_neither_stems_nor_stop_words():
    assert stop_words("klingon") == frozenset()
    index = LexicalIndex(["walking the llama", "walks"], language="")
    assert index.scores("walks").tolist()[0] == 0
    assert index.scores("the")[0] > 0


def test_scripts_without_blanks_are_cut_in_pairs():
    assert words("ラクダは Sand") == ["sand", "ラク", "クダ", "ダは"]
    index = LexicalIndex(["ラクダは砂漠を渡る", "アルパカは毛をくれる"])
    scores = index.scores("砂漠のラクダ")
    assert scores[0] > 0
    assert scores[1] == 0


def test_making_it_can_be_stopped():
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled, match="The word index was stopped"):
        LexicalIndex(TEXTS, cancel)
