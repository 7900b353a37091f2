"""Another engine version: its vectors are used again if they come out the same."""

from __future__ import annotations

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.helpers import chunks, counts, embed, expected, vectors_of
from workbench.index.fingerprint import fingerprint_id, text_key


class OtherWay(WordModel):
    """Gives the vectors of WordModel, turned."""

    def embed(self, texts, role):
        return np.roll(super().embed(texts, role), 1, axis=1)


def note(store, model):
    return store.record.query(
        "SELECT adopted FROM models WHERE fingerprint = ?", (fingerprint_id(model.fingerprint()),)
    )


def test_engines_that_agree_share_vectors_after_16_texts(store):
    old, new, items = WordModel(engine="1"), WordModel(engine="2"), chunks(100)
    embed(store, old, items)
    assert counts(embed(store, new, items)) == (0, 0, 0, 100)
    assert len(new.sent) == 16
    assert note(store, new) == [(fingerprint_id(old.fingerprint()),)]
    assert note(store, old) == [(None,)]
    np.testing.assert_array_equal(vectors_of(store, new, items), expected(items))
    new.sent.clear()
    embed(store, new, items)
    assert new.sent == []


def test_what_the_old_engine_never_saw_is_embedded(store):
    embed(store, WordModel(engine="1"), chunks(5))
    new = WordModel(engine="2")
    assert counts(embed(store, new, chunks(8))) == (3, 0, 0, 5)
    assert len(new.sent) == 5 + 3


def test_engines_that_differ_are_kept_apart(store):
    old, new, items = WordModel(engine="1"), OtherWay(engine="2"), chunks(40)
    embed(store, old, items)
    assert counts(embed(store, new, items)) == (40, 0, 0, 0)
    assert len(new.sent) == 16 + 40
    assert note(store, new) == [(None,)]
    np.testing.assert_array_equal(vectors_of(store, old, items), expected(items))
    np.testing.assert_array_equal(vectors_of(store, new, items), np.roll(expected(items), 1, axis=1))


def test_any_other_difference_is_another_model(store):
    embed(store, WordModel(engine="1"), chunks(10))
    other = WordModel(engine="2", document_prefix="text: ")
    embed(store, other, chunks(10))
    assert len(other.sent) == 10


def test_a_question_that_came_first_does_not_hide_the_adoption(store):
    old, new, items = WordModel(engine="1"), WordModel(engine="2"), chunks(20)
    embed(store, old, items)
    key = text_key(fingerprint_id(new.fingerprint()), "query", "llamas?")
    store.record.commit_batch(new.fingerprint(), [key], new.embed(["llamas?"], "query"))
    assert counts(embed(store, new, items)) == (0, 0, 0, 20)
    assert note(store, new) == [(fingerprint_id(old.fingerprint()),)]


def test_several_old_engines_are_all_used(store):
    embed(store, WordModel(engine="1"), chunks(10))
    items = chunks(30)
    embed(store, OtherWay(engine="2"), items[10:20])
    embed(store, WordModel(engine="3"), items[20:])
    new = WordModel(engine="4")
    assert counts(embed(store, new, items)) == (10, 0, 0, 20)
    np.testing.assert_array_equal(vectors_of(store, new, items), expected(items))


def test_the_sample_is_sent_in_batches(store):
    sizes = []

    class Counting(WordModel):
        def embed(self, texts, role):
            sizes.append(len(texts))
            return super().embed(texts, role)

    embed(store, WordModel(engine="1"), chunks(50))
    embed(store, Counting(engine="2"), chunks(50))
    assert sizes == [8, 8]


class Turned(WordModel):
    """Another engine: one text in three comes out with this cosine to what it was."""

    def __init__(self, cosine):
        super().__init__(engine="2")
        self.cosine = cosine

    def embed(self, texts, role):
        vectors = super().embed(texts, role)
        for vector in vectors[::3]:
            side = np.zeros_like(vector)
            side[np.argmin(np.abs(vector))] = 1  # a place where the words have nothing: orthogonal
            vector[:] = self.cosine * vector + np.sqrt(1 - self.cosine**2) * side
        return vectors


@pytest.mark.parametrize(("cosine", "reused"), [(0.99995, 40), (0.9998, 0)])
def test_agreement_is_a_cosine_of_0_9999(store, cosine, reused):
    embed(store, WordModel(engine="1"), chunks(40))
    assert embed(store, Turned(cosine), chunks(40)).reused == reused
    np.testing.assert_array_equal(vectors_of(store, WordModel(engine="1"), chunks(40)), expected(chunks(40)))
