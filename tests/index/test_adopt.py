from __future__ import annotations

import numpy as np

from tests.doubles import WordModel
from tests.index.made import chunks, collection_of, embed, identity_of, stored
from workbench.index.fingerprint import text_key


class Turned(WordModel):
    """Another engine: one text in three comes out with this cosine to what it was."""

    def __init__(self, cosine, engine="2"):
        super().__init__(engine=engine)
        self.cosine = cosine

    def embed(self, texts, role):
        vectors = super().embed(texts, role)
        for vector in vectors[::3]:
            side = np.zeros_like(vector)
            side[np.argmin(np.abs(vector))] = 1  # a place where the words have nothing: orthogonal
            vector[:] = self.cosine * vector + np.sqrt(1 - self.cosine**2) * side
        return vectors


def test_an_engine_that_gives_the_same_takes_the_vectors_over(store, model):
    embed(store, model, chunks(40))
    new = Turned(0.99995)
    report = embed(store, new, chunks(40))
    assert (report.new, report.reused, len(new.sent)) == (0, 40, 16)
    assert np.array_equal(stored(store, new)[1], stored(store, model)[1])
    (adopted,) = store.record.query("SELECT adopted FROM models WHERE fingerprint = ?", (identity_of(new),))
    assert identity_of(model) in adopted[0]


def test_an_engine_that_gives_others_leaves_the_old_collection_alone(store, model):
    embed(store, model, chunks(40))
    before = stored(store, model)
    new = Turned(0.9998)
    report = embed(store, new, chunks(40))
    assert (report.new, report.reused, len(new.sent)) == (40, 0, 16 + 40)
    after = stored(store, model)
    assert after[0] == before[0]
    assert np.array_equal(after[1], before[1])
    assert not np.array_equal(stored(store, new)[1], before[1])
    assert len(store.record.collections()) == 2


def test_new_texts_are_embedded_beside_the_adopted_ones(store, model):
    embed(store, model, chunks(20))
    new = WordModel(engine="2")
    report = embed(store, new, chunks(30))
    assert (report.new, report.reused) == (10, 20)
    assert new.sent[16:] == [one.text for one in chunks(30)[20:]]
    texts = [one.text for one in chunks(30)]
    assert np.array_equal(stored(store, new)[1], WordModel().embed(texts, "document"))
    new.sent.clear()
    assert embed(store, new, chunks(30)).reused == 30
    assert new.sent == []


def test_a_question_that_came_first_is_no_hindrance(store, model):
    embed(store, model, chunks(20))
    new = WordModel(engine="2")
    identity = identity_of(new)
    question = text_key(identity, "query", "llama")
    store.record.commit_batch(new.fingerprint(), [question], new.embed(["llama"], "query"))
    assert embed(store, new, chunks(20)).reused == 20
    assert np.array_equal(stored(store, new)[1], stored(store, model)[1])
    assert np.array_equal(store.record.vectors(identity, [question]), new.embed(["llama"], "query"))


def test_any_other_difference_is_another_model(store, model):
    embed(store, model, chunks(20))
    prefixed = WordModel(engine="2", query_prefix="query: ")
    assert embed(store, prefixed, chunks(20)).new == 20
    assert len(prefixed.sent) == 20
    assert collection_of(prefixed).name != collection_of(model).name
