"""Whatever happens to the files, what can be kept is kept, and a person is told."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.helpers import chunks, collection_of, counts, embed, expected, keys_of, planned, vectors_of
from workbench.errors import StoreDamaged, StoreError
from workbench.index.fingerprint import fingerprint_id
from workbench.index.record import Record
from workbench.index.store import open_store
from workbench.index.vector_file import VectorFile
from workbench.seam import armed


@pytest.fixture
def folder(tmp_path):
    """Give a closed store that holds 40 chunks."""
    store = open_store(tmp_path / "store")
    embed(store, WordModel(), chunks(40))
    store.close()
    return tmp_path / "store"


@pytest.fixture
def opened(folder):
    """Give what opens the store, and close it in the end."""
    stores = []

    def open_it():
        stores.append(open_store(folder))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


def vector_file(folder):
    (file,) = (folder / "vectors").iterdir()
    return file


def whole(store):
    """See that embedding again makes the store as it was; gives the number of texts that were computed."""
    model = WordModel()
    embed(store, model, chunks(40))
    assert store.record.chunks(collection_of(model).name) == tuple(chunks(40))
    np.testing.assert_array_equal(vectors_of(store, model, chunks(40)), expected(chunks(40)))
    return len(model.sent)


def test_a_torn_tail_is_overwritten(folder, opened):
    file = vector_file(folder)
    sound = file.read_bytes()
    file.write_bytes(sound + b"\xff" * 1000)
    store = opened()
    assert store.notes == []
    embed(store, WordModel(), chunks(48))
    np.testing.assert_array_equal(vectors_of(store, WordModel(), chunks(48)), expected(chunks(48)))
    assert file.read_bytes()[: len(sound)] == sound
    assert file.stat().st_size == 48 * 64 * 4


@pytest.mark.parametrize("left", [0, 100, 10 * 256, 39 * 256 + 255])
def test_a_file_that_lost_its_end_costs_only_what_it_lost(folder, opened, left):
    file = vector_file(folder)
    file.write_bytes(file.read_bytes()[:left])
    store = opened()
    lost = 40 - left // 256
    assert store.notes == [
        f"{lost} stored vectors were missing from {file.name}; they are embedded again when they are needed."
    ]
    assert planned(store, WordModel(), chunks(40)).missing == lost
    assert whole(store) == lost


def test_the_folder_of_vectors_may_be_missing(folder, opened):
    vector_file(folder).unlink()
    (folder / "vectors").rmdir()
    store = opened()
    assert "40 stored vectors were missing" in store.notes[0]
    assert whole(store) == 40


@pytest.mark.parametrize("first", [0, 17, 38])
def test_torn_rows_are_found_by_their_checksum_wherever_they_lie(folder, opened, first):
    file = vector_file(folder)
    data = bytearray(file.read_bytes())
    data[first * 256 : (first + 2) * 256] = bytes(512)
    file.write_bytes(data)
    store = opened()
    assert planned(store, WordModel(), chunks(40)).missing == 2
    assert store.notes == [
        f"2 stored vectors in {file.name} were damaged; they are embedded again when they are needed."
    ]
    assert whole(store) == 2
    store.close()
    again = opened()
    assert planned(again, WordModel(), chunks(40)).missing == 0
    assert again.notes == []


@pytest.mark.parametrize("place", [3, 256 * 20 + 100, 256 * 40 - 1])
def test_one_flipped_bit_costs_one_vector_and_no_reader_is_given_it(folder, opened, place):
    file = vector_file(folder)
    data = bytearray(file.read_bytes())
    data[place] ^= 4
    file.write_bytes(data)
    reader = Record(folder, writable=False)
    identity, keys = fingerprint_id(WordModel().fingerprint()), keys_of(WordModel(), chunks(40))
    known = reader.known(identity, keys)
    assert list(np.flatnonzero(~known)) == [place // 256]
    assert reader.notes == [
        f"1 stored vectors in {file.name} were damaged; they are left out until the store's writer embeds them again."
    ]
    with pytest.raises(StoreDamaged, match="lacks a vector"):
        reader.vectors(identity, keys)
    store = opened()
    assert whole(store) == 1
    assert reader.known(identity, keys).all()
    np.testing.assert_array_equal(reader.vectors(identity, keys), expected(chunks(40)))
    reader.close()


def test_a_reader_looks_at_each_vector_once_whatever_a_damaged_row_says(folder, monkeypatch):
    with closing(sqlite3.connect(folder / "record.sqlite3")) as tables, tables:
        tables.execute("INSERT INTO vectors SELECT fingerprint, 'many', key, crc FROM vectors WHERE position = 0")
    looked = []
    whole_of = VectorFile.sound
    monkeypatch.setattr(VectorFile, "sound", lambda file, rows: (looked.append(len(rows)), whole_of(file, rows))[1])
    reader = Record(folder, writable=False)
    for _ in range(4):
        assert reader.known(fingerprint_id(WordModel().fingerprint()), keys_of(WordModel(), chunks(40))).all()
    reader.close()
    assert looked == [41, 1, 1, 1]


def test_a_reader_does_not_trust_positions_from_before_a_loss(folder, opened):
    reader = Record(folder, writable=False)
    identity = fingerprint_id(WordModel().fingerprint())
    assert reader.known(identity, keys_of(WordModel(), chunks(40))).all()
    file = vector_file(folder)
    file.write_bytes(file.read_bytes()[: 10 * 256])
    store = opened()
    assert reader.known(identity, keys_of(WordModel(), chunks(40))).sum() == 10
    embed(store, WordModel(), chunks(40)[::-1])
    found = reader.vectors(identity, keys_of(WordModel(), chunks(40)))
    np.testing.assert_array_equal(found, expected(chunks(40)))
    reader.close()


def test_vectors_that_vanish_while_the_store_is_open_are_never_replaced_by_zeros(folder, opened):
    store = opened()
    assert planned(store, WordModel(), chunks(40)).missing == 0
    file = vector_file(folder)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(StoreDamaged, match="cut off: 3 rows are there, 40 were expected"):
        vectors_of(store, WordModel(), chunks(40))
    with pytest.raises(StoreDamaged, match=r"cut off.*open it again"):
        embed(store, WordModel(), chunks(50))
    assert file.stat().st_size == 1000
    store.close()
    again = open_store(folder)
    assert whole(again) == 37
    again.close()


DAMAGE = {
    "empty": lambda data: b"",
    "half": lambda data: data[: len(data) // 2],
    "garbage": lambda data: b"This is no database. " * 500,
    "a stranger's database": lambda data: stranger(),
    "holes": lambda data: data[: len(data) // 2] + b"\xa5" * 8192 + data[len(data) // 2 + 8192 :],
    "torn pages": lambda data: data[:4096] + b"\x99" * (len(data) - 4096),
    "no version": lambda data: changed(data, "DELETE FROM meta"),
    "a strange version": lambda data: changed(data, "UPDATE meta SET value = 'two' WHERE name = 'version'"),
    "an older version": lambda data: changed(data, "UPDATE meta SET value = '0' WHERE name = 'version'"),
    "a missing table": lambda data: changed(data, "ALTER TABLE meta RENAME TO other"),
}


def changed(data, statement):
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data[:18] + b"\1\1" + data[20:])  # not WAL, which memory cannot be
    connection.execute(statement)
    connection.commit()
    result = connection.serialize()
    connection.close()
    return result


def stranger():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE mine (value TEXT)")
    result = connection.serialize()
    connection.close()
    return result


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_record_is_set_aside_and_a_new_one_begun(folder, opened, name):
    file = folder / "record.sqlite3"
    damaged, vectors = DAMAGE[name](file.read_bytes()), vector_file(folder).read_bytes()
    file.write_bytes(damaged)
    store = opened()
    (note,) = store.notes
    assert str(folder) in note
    assert note.endswith("a new record was begun. Embed the corpus again.")
    (aside,) = folder.glob("record.sqlite3.damaged-*")
    assert aside.name in note
    assert aside.read_bytes() == damaged
    (kept,) = folder.glob("vectors.damaged-*/*.f32")
    assert kept.read_bytes() == vectors
    assert whole(store) == 40


def test_a_deleted_record_does_not_let_its_vectors_be_overwritten(folder, opened):
    vectors = vector_file(folder).read_bytes()
    (folder / "record.sqlite3").unlink()
    store = opened()
    assert len(store.notes) == 1
    assert whole(store) == 40
    (kept,) = folder.glob("vectors.damaged-*/*.f32")
    assert kept.read_bytes() == vectors


def test_damage_twice_in_one_second_keeps_both(folder):
    for _ in range(3):
        (folder / "record.sqlite3").write_bytes(b"garbage" * 1000)
        store = open_store(folder)
        assert whole(store) == 40
        store.close()
    assert len(list(folder.glob("record.sqlite3.damaged-*"))) == 3
    assert len(list(folder.glob("vectors.damaged-*"))) == 3


def test_a_newer_version_is_left_untouched_and_keeps_no_lock(folder, opened):
    file = folder / "record.sqlite3"
    sound = file.read_bytes()
    newer = changed(sound, "UPDATE meta SET value = '99' WHERE name = 'version'")
    file.write_bytes(newer)
    with pytest.raises(StoreError, match=r"newer workbench \(format 99; .* Update the workbench") as caught:
        open_store(folder)
    assert not isinstance(caught.value, StoreDamaged)
    assert list(folder.glob("*damaged*")) == []
    assert file.read_bytes() == newer
    for rest in folder.glob("record.sqlite3*"):
        rest.unlink()
    file.write_bytes(sound)
    assert opened().writable
    assert counts(planned(opened(), WordModel(), chunks(40))) == (0, 0, 0, 40)


def test_a_reader_says_that_a_record_is_damaged_and_touches_nothing(folder):
    (folder / "record.sqlite3").write_bytes(b"garbage" * 999)
    with pytest.raises(StoreDamaged, match=r"cannot be read: .*set aside"):
        Record(folder, writable=False)
    assert (folder / "record.sqlite3").read_bytes() == b"garbage" * 999


def test_a_reader_of_an_empty_folder_is_told_so(tmp_path):
    with pytest.raises(StoreError, match=r"holds no record yet.*Try again"):
        Record(tmp_path, writable=False)


def test_damage_that_shows_later_is_a_sentence(folder, opened):
    store = opened()
    store.record.execute("DROP TABLE chunks", [()])
    with pytest.raises(StoreDamaged, match=r"cannot be read: no such table: chunks.*set aside"):
        store.record.chunks("any")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads the open files of a process from /proc")
def test_an_opening_that_fails_half_way_keeps_nothing_open(folder):
    def fail(_, what):
        if what.startswith("PRAGMA integrity_check"):
            raise OSError(errno.EIO, "Input/output error")

    with armed(fail), pytest.raises(StoreError, match="Input/output error") as told:
        open_store(folder)
    opened = [os.path.realpath(one) for one in Path("/proc/self/fd").iterdir()]
    assert told.value.__cause__  # as a notebook keeps the last error, with all that its frames hold
    assert [path for path in opened if path.startswith(str(folder))] == []
