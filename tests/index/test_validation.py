"""No reply that cannot be trusted is stored."""

from __future__ import annotations

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.helpers import chunks, collection_of, counts, embed, expected, vectors_of
from workbench.errors import ModelError, StoreError
from workbench.index.fingerprint import fingerprint_id
from workbench.index.validation import check_vectors

BAD = {
    "one too few": (lambda good: good[:-1], r"8 texts were sent and \(7, 64\) came back"),
    "one too many": (lambda good: np.vstack([good, good[:1]]), r"8 texts were sent and \(9, 64\) came back"),
    "other dimensions": (lambda good: good[:, :32], "32 numbers; 64 were expected"),
    "NaN": (lambda good: with_value(good, np.nan), "text 4 of 8 holds NaN"),
    "infinity": (lambda good: with_value(good, np.inf), "text 4 of 8 holds NaN"),
    "too large for float32": (lambda good: with_value(good.astype(np.float64), 1e300), "text 4 of 8 holds NaN"),
    "too large to have a norm": (lambda good: with_value(good, 1e30), "text 4 of 8 holds NaN"),
    "zero": (lambda good: good * (np.arange(8) != 3)[:, None], "text 4 of 8 is zero"),
    "zero as float32": (lambda good: good.astype(np.float64) * np.where(np.arange(8) == 3, 1e-60, 1)[:, None], "zero"),
    "ragged": (lambda good: [list(row[: 64 - at]) for at, row in enumerate(good)], "not an array of numbers"),
    "words": (lambda good: ["vector"] * 8, "not an array of numbers"),
    "None": (lambda good: None, "8 texts were sent"),
    "flat": (lambda good: good.ravel(), r"\(512,\) came back"),
    "no numbers": (lambda good: good[:, :0], "0 numbers; 64 were expected"),
}


def with_value(good, value):
    bad = good.copy()
    bad[3, 5] = value
    return bad


class Spoiled(WordModel):
    """Spoils its second batch."""

    spoil = None

    def embed(self, texts, role):
        good = super().embed(texts, role)
        return self.spoil(good) if len(self.sent) > 8 else good


@pytest.mark.parametrize("name", BAD)
def test_a_bad_reply_stores_nothing_and_keeps_what_was_before(store, name):
    model, items = Spoiled(), chunks(24)
    model.spoil, message = BAD[name]
    with pytest.raises(ModelError, match=message) as caught:
        embed(store, model, items)
    assert "test:words" in str(caught.value)
    identity = fingerprint_id(model.fingerprint())
    assert store.record.query("SELECT rows FROM models WHERE fingerprint = ?", (identity,)) == [(8,)]
    assert store.record.chunks(collection_of(model).name) == tuple(items[:8])
    sound = WordModel()
    assert counts(embed(store, sound, items)) == (16, 0, 0, 8)
    np.testing.assert_array_equal(vectors_of(store, sound, items), expected(items))


def test_a_good_reply_is_contiguous_float32():
    given = np.asfortranarray(np.arange(1, 7, dtype=np.float64).reshape(2, 3))
    found = check_vectors(given, ["a", "b"], WordModel(3))
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    assert found.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert check_vectors([[1, 2, 3]], ["a"], WordModel(3)).tolist() == [[1, 2, 3]]


def test_dimensions_are_those_of_earlier_vectors():
    with pytest.raises(ModelError, match="have 64 numbers; 32 were expected"):
        check_vectors(np.eye(3, 64), ["a", "b", "c"], WordModel(), dimensions=32)


def test_the_record_itself_refuses_vectors_of_another_length(store):
    model = WordModel()
    embed(store, model, chunks(4))
    with pytest.raises(StoreError, match=r"Vectors of 3 numbers .* beside 64"):
        store.record.commit_batch(model.fingerprint(), [b"k" * 32], np.ones((1, 3), dtype=np.float32))
    np.testing.assert_array_equal(vectors_of(store, model, chunks(4)), expected(chunks(4)))


def test_the_record_stores_a_key_once(store):
    vectors = np.array([[1, 0], [0, 1], [1, 1]], dtype=np.float32)
    store.record.commit_batch({"model": "m"}, [b"a", b"a", b"b"], vectors)
    store.record.commit_batch({"model": "m"}, [b"b", b"c"], vectors[:2])
    found = store.record.vectors(fingerprint_id({"model": "m"}), [b"a", b"b", b"c"])
    assert found.tolist() == [[1, 0], [1, 1], [0, 1]]
