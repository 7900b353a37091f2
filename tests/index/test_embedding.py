"""What embedding counts, computes and keeps."""

from __future__ import annotations

import threading
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.helpers import chunk, chunks, collection_of, counts, embed, expected, planned, vectors_of
from workbench.errors import Cancelled, InputError, ModelError
from workbench.index.store import open_store


def test_first_run_counts_all_as_new_and_stores_texts_and_vectors(store):
    model, items = WordModel(), chunks(20)
    before = planned(store, model, items)
    assert (*counts(before), before.missing, before.total) == (20, 0, 0, 0, 20, 20)
    heard = []
    report = embed(store, model, items, progress=lambda done, total: heard.append((done, total)))
    assert counts(report) == (20, 0, 0, 0)
    assert heard == [(0, 20), (8, 20), (16, 20), (20, 20)]
    assert model.sent == [item.text for item in items]
    assert report.seconds > 0
    assert report.chunks_per_second > 0
    assert store.record.chunks(collection_of(model).name) == tuple(items)
    np.testing.assert_array_equal(vectors_of(store, model, items), expected(items))
    assert vectors_of(store, model, items).dtype == np.float32


def test_new_changed_gone_and_reused_are_counted_as_by_hand(store):
    embed(store, WordModel(), chunks(10))
    # 0 to 6 stay, 7 has another text, 8 and 9 are gone, 10 to 12 are new.
    after = [*chunks(7), chunk(7, "a new text"), chunk(10), chunk(11), chunk(12)]
    model = WordModel()
    before = planned(store, model, after)
    assert (*counts(before), before.missing) == (3, 1, 2, 7, 4)
    report = embed(store, model, after)
    assert counts(report) == (3, 1, 2, 7)
    assert model.sent == ["a new text", *(chunk(number).text for number in (10, 11, 12))]
    assert store.record.chunks(collection_of(model).name) == tuple(after)
    np.testing.assert_array_equal(vectors_of(store, model, after), expected(after))
    again = planned(store, model, after)
    assert (*counts(again), again.missing) == (0, 0, 0, 11, 0)


def test_a_text_that_is_there_twice_is_computed_once(store):
    model, items = WordModel(), [chunk(0, "same"), chunk(1, "same"), chunk(2, "other"), chunk(3, "same")]
    assert planned(store, model, items).missing == 2
    heard = []
    assert counts(embed(store, model, items, progress=lambda *now: heard.append(now))) == (4, 0, 0, 0)
    assert model.sent == ["same", "other"]
    assert heard[-1] == (4, 4)
    np.testing.assert_array_equal(vectors_of(store, model, items), expected(items))


def test_a_text_that_changes_into_a_known_one_is_changed_and_not_computed(store):
    embed(store, WordModel(), [chunk(0, "llama"), chunk(1, "camel")])
    model = WordModel()
    swapped = [chunk(0, "camel"), chunk(1, "llama")]
    assert counts(embed(store, model, swapped)) == (0, 2, 0, 0)
    assert model.sent == []
    np.testing.assert_array_equal(vectors_of(store, model, swapped), expected(swapped))


def test_going_back_to_a_model_embeds_nothing(store):
    one, other, items = WordModel(), WordModel(32, name="small"), chunks(12)
    embed(store, one, items)
    assert counts(embed(store, other, items)) == (12, 0, 0, 0)
    one.sent.clear()
    assert counts(embed(store, one, items)) == (0, 0, 0, 12)
    assert one.sent == []
    assert vectors_of(store, one, items).shape == (12, 64)
    assert vectors_of(store, other, items).shape == (12, 32)
    assert len(store.record.collections()) == 2


def test_going_back_to_a_chunking_embeds_nothing(store):
    model, fine, coarse = WordModel(), chunks(12), [chunk(0, "all of it in one")]
    first, second = collection_of(model, 64), collection_of(model, "document")
    assert first.name != second.name
    embed(store, model, fine, first)
    assert counts(embed(store, model, coarse, second)) == (1, 0, 0, 0)
    model.sent.clear()
    assert counts(embed(store, model, fine, first)) == (0, 0, 0, 12)
    assert model.sent == []
    assert store.record.chunks(first.name) == tuple(fine)
    assert store.record.chunks(second.name) == tuple(coarse)


def test_metadata_alone_rewrites_rows_and_embeds_nothing(store):
    model = WordModel()
    embed(store, model, chunks(9))
    model.sent.clear()
    coloured = [chunk(number, colour="red") for number in range(9)]
    assert counts(embed(store, model, coloured)) == (0, 0, 0, 9)
    assert model.sent == []
    stored = store.record.chunks(collection_of(model).name)
    assert [one.metadata for one in stored] == [{"source": "doc.md", "colour": "red"}] * 9


def test_order_follows_the_corpus(store):
    model, items = WordModel(), chunks(9)
    embed(store, model, items)
    assert counts(embed(store, model, items[::-1])) == (0, 0, 0, 9)
    assert store.record.chunks(collection_of(model).name) == tuple(items[::-1])


def test_prefixes_are_sent_and_kept_apart(store):
    model = WordModel(document_prefix="passage: ")
    embed(store, model, chunks(2))
    assert model.sent == [f"passage: {one.text}" for one in chunks(2)]
    assert not planned(store, WordModel(), chunks(2)).reused


def test_an_empty_corpus_makes_an_empty_collection(store):
    model = WordModel()
    assert counts(embed(store, model, [])) == (0, 0, 0, 0)
    assert [one.name for one in store.record.collections()] == [collection_of(model).name]
    embed(store, model, chunks(3))
    assert counts(embed(store, model, [])) == (0, 0, 3, 0)
    assert store.record.chunks(collection_of(model).name) == ()


def test_half_characters_survive(store):
    model = WordModel()
    item = replace(chunk(0, "a \ud83d half"), id="caf\udce9.txt:0", document="caf\udce9.txt")
    embed(store, model, [item])
    assert store.record.chunks(collection_of(model).name) == (item,)
    assert counts(embed(store, model, [item])) == (0, 0, 0, 1)
    assert counts(embed(store, model, [])) == (0, 0, 1, 0)


def test_cancel_keeps_the_finished_batches(store):
    model, cancel, items = WordModel(), Event(), chunks(30)
    with pytest.raises(Cancelled, match="16 of 30 chunks are stored"):
        embed(store, model, items, cancel=cancel, progress=lambda done, total: done >= 16 and cancel.set())
    now = planned(store, model, items)
    assert (*counts(now), now.missing) == (14, 0, 0, 16, 14)
    model.sent.clear()
    assert counts(embed(store, model, items)) == (14, 0, 0, 16)
    assert model.sent == [item.text for item in items[16:]]


def test_two_jobs_take_turns_and_the_one_that_waits_can_be_cancelled(store):
    cancel = Event()
    with store.embedding:
        timer = threading.Timer(0.05, cancel.set)
        timer.start()
        with pytest.raises(Cancelled, match="before it began"):
            embed(store, WordModel(), chunks(3), cancel=cancel)
        timer.join()
    assert counts(embed(store, WordModel(), chunks(3))) == (3, 0, 0, 0)


def test_a_second_job_finds_what_the_first_has_stored(store):
    running, go, reports = Event(), Event(), []

    class Waiting(WordModel):
        def embed(self, texts, role):
            running.set()
            go.wait(10)
            return super().embed(texts, role)

    threads = [
        threading.Thread(target=lambda one=model: reports.append(embed(store, one, chunks(8))))
        for model in (Waiting(), WordModel())
    ]
    threads[0].start()
    running.wait(10)
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join(10)
    assert sorted(map(counts, reports)) == [(0, 0, 0, 8), (8, 0, 0, 0)]


def test_a_model_that_has_changed_since_it_was_chosen_embeds_nothing(store):
    model = WordModel()
    collection = collection_of(model)
    model.engine = "2"
    with pytest.raises(ModelError, match=r"test:words .*refresh"):
        embed(store, model, chunks(3), collection)
    assert model.sent == []


def test_two_chunks_with_one_id_are_refused(store):
    with pytest.raises(InputError, match=r"doc:1"):
        embed(store, WordModel(), [chunk(0), chunk(1), chunk(1, "twin")])
    assert store.record.collections() == []


def test_everything_is_there_after_opening_again(tmp_path):
    model, items = WordModel(), chunks(20)
    first = open_store(tmp_path / "s")
    embed(first, model, items)
    first.close()
    second = open_store(tmp_path / "s")
    assert second.notes == []
    assert second.record.chunks(collection_of(model).name) == tuple(items)
    assert second.record.collections() == [collection_of(model)]
    assert second.record.models() == [model.fingerprint()]
    np.testing.assert_array_equal(vectors_of(second, model, items), expected(items))
    second.close()


def test_vectors_that_lie_in_a_row_are_a_view_and_others_a_copy(store):
    model, items = WordModel(), chunks(10)
    embed(store, model, items)
    run = vectors_of(store, model, items[2:7])
    assert not run.flags.writeable
    np.testing.assert_array_equal(run, expected(items[2:7]))
    mixed = [items[5], items[1], items[5]]
    np.testing.assert_array_equal(vectors_of(store, model, mixed), expected(mixed))
    assert vectors_of(store, model, []).shape == (0, 64)
