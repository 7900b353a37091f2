from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.made import chunks, collection_of, embed, stored
from workbench.errors import StoreDamaged, StoreError
from workbench.index.record import Record
from workbench.index.store import open_store

DATABASE = "record.sqlite3"


@pytest.fixture
def closed(tmp_path):
    """The folder of a store with 40 chunks that nobody has open."""
    store = open_store(tmp_path / "store")
    embed(store, WordModel(), chunks(40))
    store.close()
    return tmp_path / "store"


def vector_file(folder):
    (file,) = (folder / "vectors").iterdir()
    return file


def half(content):
    return content[: len(content) // 2]


def holes(content):
    middle = len(content) // 2
    return content[:middle] + b"\xa5" * 8192 + content[middle + 8192 :]


@pytest.mark.parametrize(
    "damage",
    [lambda content: b"", lambda content: b"garbage" * 999, half, lambda content: content[:50], holes],
    ids=["empty", "garbage", "half", "start", "holes"],
)
def test_a_damaged_record_is_set_aside_and_a_new_one_begun(closed, damage):
    content = damage((closed / DATABASE).read_bytes())
    vectors = vector_file(closed).read_bytes()
    (closed / DATABASE).write_bytes(content)
    store = open_store(closed)
    try:
        (note,) = store.notes
        (record,) = closed.glob(f"{DATABASE}.damaged-*")
        (folder,) = closed.glob("vectors.damaged-*")
        assert record.read_bytes() == content
        assert next(folder.iterdir()).read_bytes() == vectors
        assert f"set aside as {record.name}; a new record was begun. Embed the corpus again." in note
        assert embed(store, WordModel(), chunks(40)).new == 40
        assert stored(store, WordModel())[0] == [f"doc:{n}" for n in range(40)]
    finally:
        store.close()


def test_of_a_vector_file_that_lost_its_end_the_rest_is_kept(closed):
    file = vector_file(closed)
    file.write_bytes(file.read_bytes()[: 25 * 64 * 4 + 100])
    store = open_store(closed)
    try:
        (note,) = store.notes
        assert note.startswith(f"15 stored vectors were missing from {file.name}; they are embedded again")
        model = WordModel()
        assert embed(store, model, chunks(40)).reused == 25
        assert model.sent == [one.text for one in chunks(40)[25:]]
        assert np.array_equal(stored(store, model)[1], model.embed([one.text for one in chunks(40)], "document"))
    finally:
        store.close()


def test_a_vector_file_that_is_gone_costs_its_vectors_alone(closed):
    vector_file(closed).unlink()
    store = open_store(closed)
    assert store.notes[0].startswith("40 stored vectors were missing from ")
    assert len(store.record.chunks(collection_of(WordModel()).name)) == 40
    assert embed(store, WordModel(), chunks(40)).new == 40
    store.close()


def test_vectors_whose_bytes_changed_are_forgotten(closed):
    file = vector_file(closed)
    content = bytearray(file.read_bytes())
    content[30 * 256 : 40 * 256] = bytes(10 * 256)
    file.write_bytes(content)
    store = open_store(closed)
    assert store.notes[0].startswith("10 stored vectors were missing from ")
    assert embed(store, WordModel(), chunks(40)).reused == 30
    assert np.array_equal(
        stored(store, WordModel())[1], WordModel().embed([one.text for one in chunks(40)], "document")
    )
    store.close()


def test_a_newer_store_is_left_as_it_is(closed):
    with sqlite3.connect(closed / DATABASE) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'version'")
    connection.close()
    with pytest.raises(StoreError, match=r"newer workbench .*format 99; this one reads up to.*Update") as caught:
        open_store(closed)
    assert not isinstance(caught.value, StoreDamaged)
    with sqlite3.connect(closed / DATABASE) as connection:
        assert connection.execute("SELECT count(*) FROM chunks").fetchone() == (40,)
        assert connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone() == ("99",)
    connection.close()
    assert not list(closed.glob("*damaged*"))


def test_a_reader_says_that_a_record_is_damaged_and_touches_nothing(closed):
    (closed / DATABASE).write_bytes(b"garbage" * 999)
    with pytest.raises(StoreDamaged, match=r"cannot be read: .*set aside"):
        Record(closed, writable=False)
    assert (closed / DATABASE).read_bytes() == b"garbage" * 999


def test_a_reader_of_an_empty_folder_is_told_so(tmp_path):
    with pytest.raises(StoreError, match=r"holds no record yet.*Try again"):
        Record(tmp_path, writable=False)
