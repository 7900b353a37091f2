"""A person deletes the lock, the record or the whole folder under an open store: never two writers, nothing torn."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.faults.others import Failed, Other
from tests.faults.whole import check_chunks
from tests.index.helpers import chunks, collection_of, counts, embed, expected, stored, vectors_of
from workbench.errors import StoreLocked
from workbench.index.store import open_store


def opening(folder):
    return f"store = open_store(Path({str(folder)!r}))"


def whole(store, count):
    """See that the record holds `count` chunks, each once, with their vectors."""
    check_chunks(store, count)
    assert store.record.query("SELECT count(*), count(DISTINCT key) FROM vectors") == [(count, count)]


def test_who_lost_its_lock_file_lets_the_next_one_write(folder, store):
    (folder / "lock").unlink()
    with Other() as other:
        other.do(opening(folder))
        assert other.ask("store.writable")
        assert not store.writable
        assert store.holder["pid"] == other.pid
        model = WordModel()
        with pytest.raises(StoreLocked, match=r"lock of the store .* was deleted or replaced.*wb\.refresh"):
            store.record.commit_batch(model.fingerprint(), [b"k" * 32], np.ones((1, 64), dtype=np.float32))
        with pytest.raises(StoreLocked, match="was deleted or replaced"):
            store.record.remove_rows(collection_of(model).name, ["doc:0"])
        with pytest.raises(StoreLocked, match=f"written by process {other.pid} on"):
            embed(store, model, chunks(30))
        assert model.sent == []
        other.do("embed(store, WordModel(), chunks(20))")
        whole(store, 20)
        other.do("store.close()")
    store.refresh()
    assert store.writable
    assert counts(embed(store, WordModel(), chunks(25))) == (5, 0, 0, 20)
    whole(store, 25)


def test_in_the_middle_of_embedding_too(folder, store):
    """The lock goes after the first batch, and another process writes at once: the second batch is not committed."""

    class Meddled(WordModel):
        def embed(self, texts, role):
            vectors = super().embed(texts, role)
            if len(self.sent) == 16:
                (folder / "lock").unlink()
                other.do(f"{opening(folder)}; embed(store, WordModel(), chunks(40)[30:])")
            return vectors

    with Other() as other:
        model = Meddled()
        with pytest.raises(StoreLocked, match="was deleted or replaced"):
            embed(store, model, chunks(30))
        assert len(model.sent) == 16
        other.do("embed(store, WordModel(), chunks(40))")
        whole(store, 40)


def test_a_lock_file_that_nobody_missed_is_taken_again(folder, store):
    (folder / "lock").unlink()
    assert not store.writable
    assert counts(embed(store, WordModel(), chunks(12))) == (2, 0, 0, 10)
    assert (folder / "lock").exists()
    assert store.writable
    whole(store, 12)
    with Other() as other:
        other.do(opening(folder))
        assert not other.ask("store.writable")


def test_who_lost_its_lock_does_not_take_the_next_ones_note_away(folder, store):
    (folder / "lock").unlink()
    with Other() as other:
        other.do(opening(folder))
        store.close()
        again = open_store(folder)
        assert not again.writable
        assert again.holder["pid"] == other.pid
        again.close()


def test_a_folder_that_was_deleted_and_begun_anew_by_another_is_its_own(folder, store):
    shutil.rmtree(folder)
    with Other() as other:
        other.do(f"{opening(folder)}; embed(store, WordModel(), chunks(30)[20:])")
        assert not store.writable
        with pytest.raises(StoreLocked, match=f"written by process {other.pid} on"):
            embed(store, WordModel(), chunks(40))
        store.refresh()
        assert stored(store, WordModel())[0] == [one.id for one in chunks(30)[20:]]
        np.testing.assert_array_equal(vectors_of(store, WordModel(), chunks(30)[20:]), expected(chunks(30)[20:]))
        assert other.ask("store.record.query('PRAGMA integrity_check')") == [["ok"]]
        other.do("embed(store, WordModel(), chunks(40))")
        whole(store, 40)


def test_a_folder_that_was_deleted_is_begun_anew_by_its_writer(folder, store):
    shutil.rmtree(folder)
    assert counts(embed(store, WordModel(), chunks(5))) == (5, 0, 0, 0)
    assert folder.stat().st_mode & 0o777 == 0o700
    whole(store, 5)


def test_a_record_that_was_deleted_alone_is_begun_anew_and_its_vectors_are_kept(folder, store):
    (vectors,) = (folder / "vectors").iterdir()
    before = vectors.read_bytes()
    for name in ("record.sqlite3", "record.sqlite3-wal", "record.sqlite3-shm"):
        (folder / name).unlink()
    assert counts(embed(store, WordModel(), chunks(5))) == (5, 0, 0, 0)
    whole(store, 5)
    (kept,) = folder.glob("vectors.damaged-*/*.f32")
    assert kept.read_bytes() == before
    assert "a new record was begun" in store.notes[-1]


def test_a_reader_whose_lock_file_goes_is_still_a_reader_until_it_asks(folder, store):
    with Other() as other:
        other.do(opening(folder))
        (folder / "lock").unlink()
        assert not other.ask("store.writable")
        embed(store, WordModel(), chunks(12))  # takes the place that nobody else has asked for
        with pytest.raises(Failed, match=f"written by process {os.getpid()} on") as told:
            other.do("embed(store, WordModel(), chunks(13))")
        assert told.value.kind == "StoreLocked"
