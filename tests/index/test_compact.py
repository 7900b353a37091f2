"""What no chunk uses goes; what is used stays where it was, to the bit, also for who reads meanwhile."""

from __future__ import annotations

import zlib
from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doubles import WordModel
from tests.index.helpers import Process, chunk, chunks, collection_of, embed, expected, identity_of, keys_of, vectors_of
from workbench.errors import StoreError, StoreLocked
from workbench.index.compact import Keep, compact, unused
from workbench.index.fingerprint import text_key
from workbench.index.record import Record
from workbench.index.store import open_store

READER = """
import sys
from tests.doubles import WordModel
from tests.index.helpers import chunks, expected, vectors_of
from workbench.index.store import open_store
store, items, model = open_store(__import__("pathlib").Path(sys.argv[1])), chunks(40)[20:], WordModel()
held, right = vectors_of(store, model, items), expected(items)
print("writer" if store.writable else "reader", flush=True)
rounds = 0
for line in iter(sys.stdin.readline, ""):
    if line == "look\\n":
        assert (vectors_of(store, model, items) == right).all() and (held == right).all()
        rounds += 1
        print(rounds, flush=True)
"""


def vector_files(store):
    return sorted(path.name for path in store.path.glob("vectors/*"))


def test_vectors_of_gone_chunks_and_past_questions_go_and_the_others_stay(store, model):
    embed(store, model, chunks(10))
    embed(store, model, chunks(10)[4:])
    question = text_key(identity_of(model), "query", "llamas?")
    store.record.commit_batch(model.fingerprint(), [question], model.embed(["llamas?"], "query"))
    before = vectors_of(store, model, chunks(10)[4:]).copy()
    found = compact(store.record, Keep())
    assert (found.vectors, found.vector_bytes) == (5, 5 * 64 * 4)
    assert np.array_equal(vectors_of(store, model, chunks(10)[4:]), before)
    assert np.array_equal(before, expected(chunks(10)[4:]))
    gone = [*keys_of(model, chunks(10)[:4]), question]
    assert not store.record.known(identity_of(model), gone).any()
    assert vector_files(store) == [f"{identity_of(model)[:12]}-1.f32"]
    assert (store.path / "vectors" / vector_files(store)[0]).stat().st_size == 6 * 64 * 4
    assert compact(store.record, Keep()).vectors == 0


def test_counting_changes_nothing(store, model):
    embed(store, model, chunks(10))
    embed(store, model, chunks(10)[4:])
    assert unused(store.record, Keep()).vectors == 4
    assert vectors_of(store, model, chunks(10)).shape == (10, 64)
    assert vector_files(store) == [f"{identity_of(model)[:12]}.f32"]


def test_vectors_of_chunks_that_are_open_and_not_stored_stay(store, model):
    embed(store, model, chunks(10))
    embed(store, model, chunks(10)[4:])
    keep = Keep({identity_of(model): keys_of(model, chunks(3))})
    assert compact(store.record, keep).vectors == 1
    assert np.array_equal(vectors_of(store, model, chunks(3)), expected(chunks(3)))


def test_a_model_without_chunks_goes_with_its_file_and_can_come_back(store, model):
    embed(store, model, chunks(3))
    embed(store, model, ())
    other = WordModel(32, "other")
    embed(store, other, chunks(2))
    found = compact(store.record, Keep())
    assert (found.vectors, found.collections) == (3, 1)
    assert [one["model"] for one in store.record.models()] == ["test:other"]
    assert len(vector_files(store)) == 1
    embed(store, model, chunks(3))
    assert np.array_equal(vectors_of(store, model, chunks(3)), expected(chunks(3)))
    assert np.array_equal(vectors_of(store, other, chunks(2)), expected(chunks(2), other))


def test_pictures_and_kept_entries_of_what_is_gone_go(store, model):
    embed(store, model, chunks(2))
    here = collection_of(model).name
    store.record.execute("INSERT INTO pictures VALUES (?, '{}', '{}', x'', x'')", [(here,), ("gone",)])
    store.record.execute("INSERT INTO kept VALUES ('spans x', ?, x'')", [(b"here",), (b"gone",)])
    assert compact(store.record, Keep(documents=None)).kept == 0
    store.record.execute("INSERT OR REPLACE INTO pictures VALUES (?, '{}', '{}', x'', x'')", [("gone",)])
    found = compact(store.record, Keep(documents={b"here"}))
    assert (found.pictures, found.kept) == (1, 1)
    assert store.record.query("SELECT collection FROM pictures") == [(here,)]
    assert store.record.query("SELECT key FROM kept") == [(b"here",)]


@pytest.mark.parametrize("count", ["many", "0"])
def test_a_damaged_count_of_moves_does_not_have_the_file_in_use_written_over(store, model, count):
    embed(store, model, chunks(10))
    embed(store, model, chunks(10)[3:])
    compact(store.record, Keep())
    store.record.execute("UPDATE meta SET value = ? WHERE name = 'losses'", [(count,)])
    embed(store, model, chunks(10)[5:])
    assert compact(store.record, Keep()).vectors == 2
    assert np.array_equal(vectors_of(store, model, chunks(10)[5:]), expected(chunks(10)[5:]))
    assert len(vector_files(store)) == 1


@pytest.mark.parametrize("name", ["../mine", "../mine.f32", "{}/mine.f32", ".."])
def test_a_damaged_name_of_a_file_leads_to_no_other_folder(store, model, name):
    embed(store, model, chunks(4))
    mine = [store.path / "mine", store.path / "mine.f32"]
    for path in mine:
        path.write_bytes(b"mine")
    row = (f"file {identity_of(model)}", name.format(store.path))
    store.record.execute("INSERT INTO meta VALUES (?, ?)", [row])
    embed(store, model, chunks(4)[1:])
    compact(store.record, Keep())
    assert [path.read_bytes() for path in mine] == [b"mine"] * 2
    assert np.array_equal(vectors_of(store, model, chunks(4)[1:]), expected(chunks(4)[1:]))


def test_a_torn_vector_is_left_out_and_embedded_again(store, model):
    embed(store, model, chunks(10))
    embed(store, model, chunks(10)[2:])
    path = store.path / "vectors" / vector_files(store)[0]
    data = bytearray(path.read_bytes())
    data[5 * 256] ^= 1
    path.write_bytes(data)
    compact(store.record, Keep())
    known = store.record.known(identity_of(model), keys_of(model, chunks(10)))
    assert known.tolist() == [False, False, True, True, True, False, True, True, True, True]
    embed(store, model, chunks(10)[2:])
    assert np.array_equal(vectors_of(store, model, chunks(10)[2:]), expected(chunks(10)[2:]))


def test_checksums_are_those_of_the_file(store, model):
    embed(store, model, chunks(8))
    embed(store, model, chunks(8)[3:])
    compact(store.record, Keep())
    data = (store.path / "vectors" / vector_files(store)[0]).read_bytes()
    sums = [zlib.crc32(data[at : at + 256]) for at in range(0, len(data), 256)]
    assert store.record.query("SELECT position, crc FROM vectors ORDER BY position") == list(enumerate(sums))


def test_a_reader_in_another_process_has_the_right_vectors_before_and_after(store, model):
    embed(store, model, chunks(40))
    embed(store, model, chunks(40)[10:])
    with Process(READER, store.path) as reader:
        assert reader.hear() == "reader"
        assert reader.say("look") == "1"
        for kept in (15, 20):
            embed(store, model, chunks(40)[kept:])
            assert compact(store.record, Keep()).vectors > 0
            assert reader.say("look") == str(kept // 5 - 1)


def test_a_reader_between_its_two_looks_reads_again(store, model, monkeypatch):
    embed(store, model, chunks(10))
    embed(store, model, chunks(10)[5:])
    reader = Record(store.path, writable=False)
    place = reader._positions.of(identity_of(model))
    compact(store.record, Keep())
    once = iter([place])
    whole = reader._positions.of
    monkeypatch.setattr(reader._positions, "of", lambda fingerprint: next(once, None) or whole(fingerprint))
    try:
        found = reader.vectors(identity_of(model), keys_of(model, chunks(10)[5:]))
        assert np.array_equal(found, expected(chunks(10)[5:]))
    finally:
        reader.close()


def test_only_the_writer_may(store):
    reader = Record(store.path, writable=False)
    try:
        with pytest.raises(StoreLocked, match="can only be read by this process"):
            compact(reader, Keep())
    finally:
        reader.close()


def test_a_failure_leaves_all_as_it_was(store, model, monkeypatch):
    embed(store, model, chunks(10))
    embed(store, model, chunks(10)[5:])
    before = vector_files(store)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.index.compact._sync", full)
    with pytest.raises(StoreError, match="is full"):
        compact(store.record, Keep())
    assert vector_files(store) == before
    assert np.array_equal(vectors_of(store, model, chunks(10)), expected(chunks(10)))


def test_searches_go_on_meanwhile(store, model):
    embed(store, model, chunks(40))
    stop, wrong = Event(), []

    def look():
        right = expected(chunks(40)[30:])
        while not stop.is_set():
            if not np.array_equal(vectors_of(store, model, chunks(40)[30:]), right):
                wrong.append(1)

    thread = Thread(target=look)
    thread.start()
    try:
        for kept in range(3, 30, 3):
            embed(store, model, chunks(40)[kept:])
            assert compact(store.record, Keep()).vectors == 3
    finally:
        stop.set()
        thread.join()
    assert wrong == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.lists(st.integers(0, 9), max_size=6, unique=True), min_size=1, max_size=4))
def test_after_any_history_all_stored_chunks_have_the_vectors_they_had(tmp_path_factory, steps):
    model, other = WordModel(8), WordModel(16, "other")
    opened = open_store(tmp_path_factory.mktemp("store"))
    try:
        for number, step in enumerate(steps):
            embed(opened, (model, other)[number % 2], [chunk(one) for one in step])
            before = {
                collection.name: [(row.chunk, row.key) for row in opened.record.rows(collection.name)]
                for collection in opened.record.collections()
            }
            compact(opened.record, Keep())
            for which in (model, other):
                rows = opened.record.rows(collection_of(which).name)
                assert [(row.chunk, row.key) for row in rows] == before.get(collection_of(which).name, [])
                held = opened.record.vectors(identity_of(which), [row.key for row in rows])
                if rows:
                    assert np.array_equal(held, expected([row.chunk for row in rows], which))
        held = sum(path.stat().st_size for path in opened.path.glob("vectors/*"))
        kept = opened.record.query("SELECT coalesce(sum(rows * dimensions * 4), 0) FROM models")
        assert [(held,)] == kept
    finally:
        opened.close()
