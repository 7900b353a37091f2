"""One folder, one writer, any number of readers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import time

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.fresh import run_fresh
from tests.index.helpers import Process, chunks, collection_of, counts, embed, expected, planned, vectors_of
from workbench.errors import StoreError, StoreLocked
from workbench.index.store import open_store

WRITER = """
import sys
from pathlib import Path
from tests.doubles import WordModel
from tests.index.helpers import chunks, embed
from workbench.index.store import open_store
store = open_store(Path(sys.argv[1]))
print("writer" if store.writable else "reader", flush=True)
for line in sys.stdin:
    if line.strip() == "close":
        store.close()
    else:
        embed(store, WordModel(), chunks(int(line)))
    print("done", flush=True)
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def writer(folder):
    with Process(WRITER, folder) as other:
        assert other.hear() == "writer"
        other.say("10")
        yield other


@pytest.fixture
def reader(folder, writer):
    opened = open_store(folder)
    yield opened
    opened.close()


def test_the_second_process_reads_within_two_seconds(folder, writer):
    began = time.monotonic()
    store = open_store(folder)
    assert time.monotonic() - began < 2
    assert not store.writable
    assert store.holder["pid"] == writer.process.pid
    assert store.holder["host"]
    np.testing.assert_array_equal(vectors_of(store, WordModel(), chunks(10)), expected(chunks(10)))
    assert store.record.chunks(collection_of(WordModel()).name) == tuple(chunks(10))
    store.close()


def test_a_reader_sees_what_is_committed_later(reader, writer):
    assert planned(reader, WordModel(), chunks(20)).missing == 10
    writer.say("20")
    assert planned(reader, WordModel(), chunks(20)).missing == 0
    np.testing.assert_array_equal(vectors_of(reader, WordModel(), chunks(20)), expected(chunks(20)))


def test_a_reader_may_not_write_and_is_told_by_whom(reader, writer):
    model = WordModel()
    with pytest.raises(StoreLocked, match=rf"process {writer.process.pid} on \S+\. .*wb\.refresh\(\)"):
        embed(reader, model, chunks(30))
    assert model.sent == []
    for write in (
        lambda: reader.record.commit_batch(model.fingerprint(), [b"k"], np.ones((1, 64), dtype=np.float32)),
        lambda: reader.record.write_rows(collection_of(model), []),
        lambda: reader.record.remove_rows(collection_of(model).name, ["doc:0"]),
        lambda: reader.record.execute("DELETE FROM chunks", [()]),
    ):
        with pytest.raises(StoreLocked, match="only be read by this process"):
            write()
    assert len(reader.record.chunks(collection_of(model).name)) == 10


@pytest.mark.parametrize("ends", ["closes", "is killed"])
def test_the_reader_becomes_the_writer_when_the_first_one(ends, reader, writer):
    record = reader.record
    reader.refresh()
    assert not reader.writable
    if ends == "closes":
        writer.say("close")
    else:
        os.kill(writer.process.pid, signal.SIGKILL)
        writer.process.wait()
    reader.refresh()
    assert reader.writable
    assert reader.holder is None
    # A search that began before goes on with the same record.
    assert reader.record is record
    assert counts(embed(reader, WordModel(), chunks(12))) == (2, 0, 0, 10)


def test_embedding_takes_the_place_of_a_dead_writer_by_itself(reader, writer):
    writer.say("close")
    assert counts(embed(reader, WordModel(), chunks(12))) == (2, 0, 0, 10)


def test_a_reader_follows_a_writer_that_began_anew(folder, reader, writer):
    assert planned(reader, WordModel(), chunks(10)).missing == 0
    writer.say("close")
    shutil.rmtree(folder)
    with Process(WRITER, folder) as next_writer:
        assert next_writer.hear() == "writer"
        next_writer.say("3")
        reader.refresh()
        assert not reader.writable
        assert planned(reader, WordModel(), chunks(10)).missing == 7


def test_every_spelling_is_one_store(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    first = open_store(tmp_path / "real")
    for spelling in ("link", "real/", "./real", "../" + tmp_path.name + "/link/../real"):
        other = open_store(type(tmp_path)(spelling))
        assert other is first
        other.close()
    assert first.writable
    embed(first, WordModel(), chunks(3))
    first.close()


def test_the_last_of_two_users_closes_it(folder):
    first, second = open_store(folder), open_store(folder)
    first.close()
    assert counts(embed(second, WordModel(), chunks(3))) == (3, 0, 0, 0)
    with Process(WRITER, folder) as other:
        assert other.hear() == "reader"
    second.close()
    with Process(WRITER, folder) as other:
        assert other.hear() == "writer"
    second.close()  # once too often harms nobody
    third = open_store(folder)
    second.close()
    assert open_store(folder) is third
    third.close()
    assert third.writable
    third.close()


def test_a_closed_store_says_so_and_takes_no_lock(folder):
    store = open_store(folder)
    store.close()
    store.refresh()
    assert not store.writable
    with pytest.raises(StoreError, match="was closed while it was in use"):
        store.record.chunks("any")


def test_only_its_owner_can_read_it(folder):
    before = os.umask(0)
    try:
        store = open_store(folder)
        embed(store, WordModel(), chunks(3))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
        assert {name for name, mode in found.items() if mode & 0o077} == set()
        assert {"record.sqlite3", "record.sqlite3-wal", "vectors", "lock", "writer.json"} <= found.keys()
        store.close()
    finally:
        os.umask(before)


def test_the_folder_a_person_made_keeps_its_mode(folder):
    folder.mkdir(mode=0o755)
    open_store(folder).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "record.sqlite3").stat().st_mode) == 0o600


def test_size_counts_every_file(folder):
    store = open_store(folder)
    embed(store, WordModel(), chunks(3))
    assert store.size_bytes() == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert store.size_bytes() > 3 * 64 * 4
    store.close()


def test_a_file_in_its_place_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("I am a file")
    for path in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(StoreError, match=r"cannot be made .* store="):
            open_store(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root can write everywhere")
def test_a_folder_that_cannot_be_written_is_refused_in_a_sentence(folder):
    folder.mkdir(mode=0o500)
    with pytest.raises(StoreError, match=r"cannot be written.*store="):
        open_store(folder)


@pytest.mark.filterwarnings("ignore:flock not supported")
def test_a_disk_without_locks_is_refused(folder, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def missing(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", missing)
    with pytest.raises(StoreError, match=r"local disk: store="):
        open_store(folder)
    monkeypatch.undo()
    open_store(folder).close()


def test_a_folder_that_cannot_be_locked_is_one_sentence(folder, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StoreError, match=r"cannot be locked .*No locks available.*local disk"):
        open_store(folder)


def test_a_folder_deleted_under_an_open_store_is_begun_anew(folder):
    first = open_store(folder)
    embed(first, WordModel(), chunks(5))
    shutil.rmtree(folder)
    second = open_store(folder)
    assert second.writable
    assert counts(embed(second, WordModel(), chunks(5))) == (5, 0, 0, 0)
    with Process(WRITER, folder) as other:
        assert other.hear() == "reader"
    first.close()
    second.close()
    with Process(WRITER, folder) as other:
        assert other.hear() == "writer"


def test_a_note_that_cannot_be_written_does_no_harm(folder, monkeypatch):
    monkeypatch.setattr(json, "dumps", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    store = open_store(folder)
    monkeypatch.undo()
    assert store.writable
    assert not (folder / "writer.json").exists()
    store.close()


def test_a_reader_of_a_store_that_is_being_made_waits_and_then_says_so(folder):
    script = (
        "import sys, time; from pathlib import Path; from workbench.index.lock import WriterLock\n"
        "folder = Path(sys.argv[1]); folder.mkdir(); lock = WriterLock(folder); print(lock.take(), flush=True)\n"
        "sys.stdin.readline()"
    )
    with Process(script, folder) as other:
        assert other.hear() == "True"
        with pytest.raises(StoreError, match="holds no record yet"):
            open_store(folder)
        assert not (folder / "record.sqlite3").exists()
    store = open_store(folder)
    assert store.writable
    store.close()


def test_importing_the_modules_loads_nothing_heavy():
    code = (
        "import sys; import workbench.index.store, workbench.index.embedding, workbench.index.chroma, "
        "workbench.index.layouts; print([name for name in ('chromadb', 'torch', 'pandas', 'sklearn', 'llama_index') "
        "if name in sys.modules])"
    )
    assert run_fresh(code).strip() == "[]"
