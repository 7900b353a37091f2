from __future__ import annotations

from threading import Event, Thread

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.made import Numbered, chunk, chunks, collection_of, embed, identity_of, stored
from workbench.errors import Cancelled, InputError, ModelError
from workbench.index.embedding import embed_chunks, plan
from workbench.index.fingerprint import text_key
from workbench.models import prepare


def counts(report):
    return report.new, report.changed, report.gone, report.reused


def planned(store, model, made):
    collection = collection_of(model)
    sent = prepare(model, [one.text for one in made], "document")
    keys = [text_key(identity_of(model), "document", text) for text in sent]
    return plan(store.record, collection, made, keys)


def test_the_plan_and_the_report_count_each_chunk_once(store, model):
    first = (chunk(0, "llama"), chunk(1, "camel"), chunk(2, "alpaca"), chunk(3, "vicuna"))
    assert counts(planned(store, model, first)) == counts(embed(store, model, first)) == (4, 0, 0, 0)
    # 0 as it was; 1 another text; 2 and 3 gone; 4 new; 5 new, with a text the record has.
    second = (chunk(0, "llama"), chunk(1, "dromedary"), chunk(4, "guanaco"), chunk(5, "alpaca"))
    expected = planned(store, model, second)
    assert (counts(expected), expected.missing) == ((1, 1, 2, 2), 2)
    assert counts(embed(store, model, second)) == (1, 1, 2, 2)
    ids, vectors = stored(store, model)
    assert ids == ["doc:0", "doc:1", "doc:4", "doc:5"]
    assert np.array_equal(vectors, WordModel().embed(["llama", "dromedary", "guanaco", "alpaca"], "document"))
    assert counts(planned(store, model, second)) == (0, 0, 0, 4)


def test_a_changed_chunk_whose_vector_is_known_costs_nothing(store, model):
    embed(store, model, (chunk(0, "llama"), chunk(1, "camel")))
    embed(store, model, (chunk(0, "alpaca"), chunk(1, "camel")))
    model.sent.clear()
    assert counts(embed(store, model, (chunk(0, "llama"), chunk(1, "camel")))) == (0, 1, 0, 1)
    assert model.sent == []


def test_equal_texts_are_sent_once_and_both_counted(store, model):
    made = (chunk(0, "llama"), chunk(1, "llama"), chunk(2, "camel"))
    assert planned(store, model, made).missing == 2
    assert counts(embed(store, model, made)) == (3, 0, 0, 0)
    assert model.sent == ["llama", "camel"]
    ids, vectors = stored(store, model)
    assert ids == ["doc:0", "doc:1", "doc:2"]
    assert np.array_equal(vectors[0], vectors[1])


def test_another_model_and_back_embeds_nothing(store, model):
    other = WordModel(name="other", dimensions=32)
    made = chunks(20)
    embed(store, model, made)
    assert embed(store, other, made).new == 20
    model.sent.clear()
    assert embed(store, model, made).reused == 20
    assert model.sent == []
    assert stored(store, model)[1].shape == (20, 64)
    assert stored(store, other)[1].shape == (20, 32)


def test_a_prefix_is_another_model_and_is_sent(store, model):
    prefixed = WordModel(document_prefix="passage: ")
    embed(store, model, (chunk(0, "llama"),))
    assert embed(store, prefixed, (chunk(0, "llama"),)).new == 1
    assert prefixed.sent == ["passage: llama"]


def test_cancelling_keeps_the_finished_batches(store):
    cancel, told = Event(), []
    model = Numbered(before=lambda call: cancel.set() if call == 2 else None)
    with pytest.raises(Cancelled, match=r"16 of 40 chunks are stored. Embed again to go on"):
        embed(store, model, chunks(40), cancel, lambda done, total: told.append((done, total)))
    assert told == [(0, 40), (8, 40), (16, 40)]
    assert [one.id for one in store.record.chunks(collection_of(model).name)] == [f"doc:{n}" for n in range(16)]
    again = WordModel()
    told.clear()
    report = embed(store, again, chunks(40), progress=lambda done, total: told.append((done, total)))
    assert counts(report) == (24, 0, 0, 16)
    assert len(again.sent) == 24
    assert told == [(16, 40), (24, 40), (32, 40), (40, 40)]


def test_no_chunks_is_an_empty_collection(store, model):
    embed(store, model, chunks(3))
    assert counts(embed(store, model, ())) == (0, 0, 3, 0)
    assert stored(store, model)[0] == []


def test_metadata_and_place_follow_though_no_vector_is_computed(store, model):
    embed(store, model, (chunk(0, "llama", page=1), chunk(1, "camel", page=1)))
    model.sent.clear()
    moved = (chunk(1, "camel", page=2), chunk(0, "llama", page=1))
    assert embed(store, model, moved).reused == 2
    assert store.record.chunks(collection_of(model).name) == moved
    assert model.sent == []


def test_one_id_twice_is_refused(store, model):
    with pytest.raises(InputError, match="Two of the 2 chunks have the id 'doc:0'"):
        embed(store, model, (chunk(0, "llama"), chunk(0, "camel")))


def test_a_model_that_changed_since_it_was_planned_is_refused(store, model):
    planned_for = collection_of(model)
    model.engine = "2"
    with pytest.raises(ModelError, match=r"its fingerprint has changed meanwhile. Nothing was embedded"):
        embed_chunks(store, model, planned_for, chunks(2), cancel=Event(), progress=lambda done, total: None)


def test_two_runs_in_one_process_take_turns(store):
    running, go = Event(), Event()

    def wait(call):
        running.set()
        go.wait(10)

    first = Thread(target=embed, args=(store, Numbered(before=wait), chunks(8)))
    first.start()
    running.wait(10)
    cancel = Event()
    second = Thread(target=lambda: outcome.append(embed(store, WordModel(), chunks(8), cancel)))
    outcome = []
    second.start()
    second.join(0.2)
    assert second.is_alive()
    go.set()
    first.join(10)
    second.join(10)
    assert counts(outcome[0]) == (0, 0, 0, 8)
