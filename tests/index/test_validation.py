from __future__ import annotations

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.made import Numbered, chunks, collection_of, embed
from workbench.errors import ModelError
from workbench.index.validation import check_vectors

TEXTS = ["llama", "camel", "alpaca"]
GOOD = np.eye(3, 64)


def with_row(row):
    vectors = GOOD.copy()
    vectors[2] = row
    return vectors


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (GOOD[:2], r"3 texts were sent and \(2, 64\) came back; one vector a text was expected"),
        (np.eye(4, 64), r"\(4, 64\) came back"),
        (GOOD[0], r"\(64,\) came back"),
        ([[1.0] * 64, [1.0] * 64, [1.0] * 63], "not an array of numbers"),
        ("words", "not an array of numbers"),
        (GOOD[:, :32], "vectors have 32 numbers; 64 were expected"),
        (with_row(np.nan), "the vector of text 3 of 3 holds NaN, infinity"),
        (with_row(np.inf), "text 3 of 3 holds NaN, infinity"),
        (with_row(1e300), "numbers too large for float32"),
        (with_row(0), "the vector of text 3 of 3 is zero"),
    ],
)
def test_a_reply_that_cannot_be_used_is_refused(reply, said):
    with pytest.raises(ModelError, match=said) as caught:
        check_vectors(reply, TEXTS, WordModel())
    assert "Embed again" in str(caught.value)


def test_a_good_reply_comes_back_as_float32():
    found = check_vectors(GOOD.tolist(), TEXTS, WordModel())
    assert found.dtype == np.float32
    assert np.array_equal(found, GOOD)


def test_dimensions_are_those_of_earlier_vectors():
    with pytest.raises(ModelError, match="have 64 numbers; 32 were expected"):
        check_vectors(GOOD, TEXTS, WordModel(), dimensions=32)


def test_of_a_batch_with_a_bad_vector_nothing_is_kept(store):
    class Breaks(Numbered):
        def embed(self, texts, role):
            vectors = super().embed(texts, role)
            if self.calls == 3:
                vectors[5] = np.nan
            return vectors

    model = Breaks()
    with pytest.raises(ModelError, match="text 6 of 8 holds NaN"):
        embed(store, model, chunks(40))
    assert [one.ordinal for one in store.record.chunks(collection_of(model).name)] == list(range(16))
    assert embed(store, WordModel(), chunks(40)).reused == 16
