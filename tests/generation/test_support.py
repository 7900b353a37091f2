"""Support worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import ServerError
from workbench.generation.support import BOTH, WORDS, Supporter, support_sentences
from workbench.records import Chunk, Passage

TEXTS = ("Llamas carry heavy loads. They hum when they worry.", "In 1532 alpacas gave fine wool. Cloth was money.")
PASSAGES = tuple(
    Passage(rank, 0.5, Chunk(f"d{rank}:0", f"d{rank}", 0, 0, len(text), text)) for rank, text in enumerate(TEXTS, 1)
)

PLACES = {
    "Llamas carry heavy loads.": (1, 0),
    "They hum when they worry.": (0, 1),
    "In 1532 alpacas gave fine wool.": (0, 1),
    "Cloth was money.": (1, 0),
}


def embed(texts):
    """Known sentences point along an axis, all others between the two."""
    return np.array([PLACES.get(text, (0.6, 0.8)) for text in texts], dtype=np.float32)


def test_words_alone():
    (one,) = support_sentences("Llamas carry salt [1].", PASSAGES)
    assert (one.support, one.overlap, one.similarity) == (2 / 3, 2 / 3, None)
    assert (one.passages, one.supported) == ((1,), True)


def test_words_and_meaning():
    # Cosines of different passages' sentences: 0, 1, 1, 0; their median is 0.5.
    (one,) = support_sentences("Llamas carry salt.", PASSAGES, embed)
    # Closest sentence of passage 1: cosine 0.8, which is (0.8 - 0.5) / 0.5 = 0.6 above what is usual.
    assert one.similarity == pytest.approx(0.8, abs=1e-4)
    assert one.support == pytest.approx((2 / 3 + 0.6) / 2, abs=1e-4)
    assert one.passages == (1,)


def test_a_number_that_no_passage_has_is_not_supported():
    right, wrong = support_sentences("In 1532 alpacas gave fine wool. In 1533 alpacas gave fine wool.", PASSAGES)
    assert (right.support, right.missing) == (1.0, ())
    assert (wrong.support, wrong.missing, wrong.passages) == (0.4, ("1533",), (2,))
    assert not wrong.supported


def test_small_and_grouped_numbers_are_as_one_writes_them():
    thousand = (Passage(1, 0.5, Chunk("d:0", "d", 0, 0, 1, "Two llamas carried 1,500 loads.")),)
    (one,) = support_sentences("2 llamas carried 1500 loads.", thousand)
    assert (one.support, one.missing) == (0.75, ())  # only `1500` as a word is not `1,500`


def test_what_an_embedding_server_cannot_do_words_do():
    def gone(texts):
        raise ServerError("It broke off.")

    sentences, method = Supporter(gone)("Llamas carry salt.", PASSAGES)
    assert sentences[0].support == 2 / 3
    assert method.startswith(WORDS)
    assert method.endswith("the embedding model failed: It broke off.")
    assert Supporter(embed)("Llamas carry salt.", PASSAGES)[1].startswith(BOTH)


def test_of_many_passages_the_ten_that_share_most_words_are_embedded():
    texts = [f"Llamas carry load number {'x' * rank} uphill." for rank in range(1, 13)]
    texts[4] = "Nothing is shared here at all."
    many = [Passage(n, 0.5, Chunk(f"d{n}:0", f"d{n}", 0, 0, 1, text)) for n, text in enumerate(texts, 1)]
    sent = []

    def noted(given):
        sent.extend(given)
        return embed(given)

    (one,) = support_sentences("Llamas carry load uphill.", many, noted)
    assert len(sent) == 11
    assert texts[4] not in sent
    assert one.overlap == 1.0


def test_nothing_is_embedded_without_passages():
    (one,) = support_sentences("Llamas carry salt.", (), lambda texts: pytest.fail("was called"))
    assert (one.support, one.passages) == (0.0, ())


@given(st.text(max_size=200))
def test_support_is_a_share_of_whole_sentences(text):
    for one in support_sentences(text, PASSAGES, embed):
        assert 0 <= one.support <= 1
        assert text[one.start : one.end] == one.text
        assert set(one.passages) <= {1, 2}
