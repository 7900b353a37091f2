"""Whatever lies where the lock and its note belong: one writer, a sentence for the others, and nothing waits."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.doubles import WordModel
from tests.faults.others import Other
from tests.index.helpers import chunks, counts, embed, stored
from workbench.errors import StoreError, StoreLocked
from workbench.index.store import open_store

QUICK = 10.0
"""Seconds in which a reader is there; it takes hundredths, but the machine may be busy. Waiting for ever fails."""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def writer(folder):
    with Other() as other:
        other.do(f"store = open_store(Path({str(folder)!r})); embed(store, WordModel(), chunks(10))")
        yield other


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """Give the folder of a store whose writer is another process, for all tests that only read it."""
    folder = tmp_path_factory.mktemp("held") / "store"
    with Other() as other:
        other.do(f"store = open_store(Path({str(folder)!r})); embed(store, WordModel(), chunks(10))")
        yield folder


def opened(folder):
    began = time.monotonic()
    store = open_store(folder)
    assert time.monotonic() - began < QUICK
    return store


def as_a_pipe(note):
    os.mkfifo(note)


def as_a_device(note):
    note.symlink_to("/dev/zero")


NOTES = {
    "missing": lambda note: None,
    "empty": lambda note: note.write_text(""),
    "garbage": lambda note: note.write_bytes(bytes(range(256)) * 4),
    "half of it": lambda note: note.write_text('{"pid": 12, "ho'),
    "a list": lambda note: note.write_text("[1, 2]"),
    "nested without end": lambda note: note.write_text("[" * 100_000),
    "a number without end": lambda note: note.write_text("9" * 5000),
    "of other kinds": lambda note: note.write_text('{"pid": "12", "host": ["a"], "since": 5}'),
    "impossible": lambda note: note.write_text('{"pid": -1, "host": "", "since": "\\u001b[31m"}'),
    "true": lambda note: note.write_text('{"pid": true}'),
    "a folder": lambda note: note.mkdir(),
    "a full folder": lambda note: (note.mkdir(), (note / "x").write_text("x")),
    "a link to nothing": lambda note: note.symlink_to("nowhere"),
    "a link to itself": lambda note: note.symlink_to(note.name),
    "a pipe": as_a_pipe,
    "a device": as_a_device,
}


def put(note: Path, name: str) -> None:
    shutil.rmtree(note) if note.is_dir() else note.unlink(missing_ok=True)
    NOTES[name](note)


@pytest.mark.parametrize("name", NOTES)
def test_a_note_that_says_nothing_keeps_the_reader_a_reader(name, held):
    put(held / "writer.json", name)
    store = opened(held)
    assert not store.writable
    assert store.holder == {}
    assert len(stored(store, WordModel())[0]) == 10
    with pytest.raises(StoreLocked, match=r"process unknown on an unknown host\. .*wb\.refresh\(\).*store="):
        embed(store, WordModel(), chunks(11))
    store.close()


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_no_lock(name, folder):
    folder.mkdir()
    put(folder / "writer.json", name)
    store = opened(folder)
    assert store.writable
    assert counts(embed(store, WordModel(), chunks(3))) == (3, 0, 0, 0)
    store.close()
    again = open_store(folder)
    assert again.writable
    again.close()


def test_the_next_note_is_our_own_file_wherever_a_link_led(folder, tmp_path):
    folder.mkdir()
    for name in ("writer.json", "writer.new"):
        (tmp_path / f"mine of {name}").write_text("mine")
        (folder / name).symlink_to(tmp_path / f"mine of {name}")
    store = opened(folder)
    assert json.loads((folder / "writer.json").read_text())["pid"] == os.getpid()
    assert not (folder / "writer.json").is_symlink()
    store.close()
    assert [file.read_text() for file in tmp_path.glob("mine of *")] == ["mine", "mine"]


def test_the_host_that_the_note_names_is_told(held):
    put(held / "writer.json", "missing")
    (held / "writer.json").write_text('{"pid": 4711, "host": "elsewhere", "since": "2026-01-01T00:00:00+00:00"}')
    store = opened(held)
    assert store.holder == {"pid": 4711, "host": "elsewhere", "since": "2026-01-01T00:00:00+00:00"}
    with pytest.raises(StoreLocked, match="written by process 4711 on elsewhere"):
        embed(store, WordModel(), chunks(11))
    store.close()


@pytest.mark.parametrize("pid", ["dead", "recycled", "first"])
@pytest.mark.parametrize("host", ["here", "elsewhere"])
def test_a_note_left_behind_blocks_nobody(pid, host, folder, writer):
    """A killed writer leaves its note, and its number may be another process's by now."""
    writer.kill()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        number = {"dead": writer.pid, "recycled": bystander.pid, "first": 1}[pid]
        left = {"pid": number, "host": socket.gethostname() if host == "here" else "elsewhere"}
        (folder / "writer.json").write_text(json.dumps(left))
        store = opened(folder)
        assert store.writable
        assert store.holder is None
        assert json.loads((folder / "writer.json").read_text())["pid"] == os.getpid()
        assert counts(embed(store, WordModel(), chunks(12))) == (2, 0, 0, 10)
        store.close()
        bystander.kill()


def test_a_killed_writer_leaves_lock_and_note_and_the_next_one_takes_both(folder, writer):
    writer.kill()
    assert (folder / "lock").exists()
    assert json.loads((folder / "writer.json").read_text())["pid"] == writer.pid
    store = opened(folder)
    assert (store.writable, store.notes) == (True, [])
    store.close()
    assert not (folder / "writer.json").exists()


def lock_is_a_folder(lock):
    lock.mkdir()


def lock_is_a_link(lock):
    lock.symlink_to(lock.parent / "target")
    (lock.parent / "target").write_text("")


def lock_is_a_pipe(lock):
    os.mkfifo(lock)


@pytest.mark.parametrize("make", [lock_is_a_folder, lock_is_a_link])
def test_a_lock_that_is_no_file_is_refused_in_a_sentence(make, folder):
    folder.mkdir()
    make(folder / "lock")
    began = time.monotonic()
    with pytest.raises(StoreError, match=r"(is not a file that this process can write|cannot be locked) .*store="):
        open_store(folder)
    assert time.monotonic() - began < QUICK
    assert sorted(path.name for path in folder.iterdir()) in (["lock"], ["lock", "target"])
    (folder / "lock").rmdir() if make is lock_is_a_folder else (folder / "lock").unlink()
    store = open_store(folder)
    assert store.writable
    store.close()


def test_a_lock_that_is_a_pipe_is_a_lock_or_a_sentence(folder):
    folder.mkdir()
    lock_is_a_pipe(folder / "lock")
    store = opened(folder)
    assert store.writable
    with Other() as other:
        assert other.ask(f"open_store(Path({str(folder)!r})).writable") is False
    store.close()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EIO, errno.EOPNOTSUPP])
@pytest.mark.filterwarnings("ignore:flock not supported")
def test_a_disk_that_cannot_lock_is_refused_and_left_as_it_was(number, folder, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    for _ in range(2):  # nothing is left behind that would let it in the second time
        with pytest.raises(StoreError, match=r"Choose a store on a local disk: store=\."):
            open_store(folder)
        assert not (folder / "record.sqlite3").exists()
    monkeypatch.undo()
    store = open_store(folder)
    assert store.writable
    store.close()
