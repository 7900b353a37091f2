from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import time

import pytest

from tests.doubles import WordModel
from tests.index.made import chunks, collection_of, embed
from workbench.errors import StoreError, StoreLocked
from workbench.index.store import open_store

HOLD = """
import sys
from pathlib import Path
from tests.doubles import WordModel
from tests.index.made import chunks, embed
from workbench.index.store import open_store
store = open_store(Path(sys.argv[1]))
print("open", store.writable, flush=True)
for line in sys.stdin:
    embed(store, WordModel(), chunks(int(line)))
    print("embedded", flush=True)
store.close()
"""


@pytest.fixture
def other(tmp_path):
    """A second process that is the writer."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "store")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout.readline() == "open True\n"
    yield process
    process.kill()
    process.communicate()


def ask(process, count):
    process.stdin.write(f"{count}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "embedded\n"


def test_a_second_process_reads_and_is_told_who_writes(other, tmp_path):
    ask(other, 5)
    began = time.perf_counter()
    store = open_store(tmp_path / "store")
    assert time.perf_counter() - began < 2
    try:
        name = collection_of(WordModel()).name
        assert not store.writable
        assert (store.holder["pid"], store.holder["host"]) == (other.pid, socket.gethostname())
        assert len(store.record.chunks(name)) == 5
        ask(other, 12)
        store.refresh()
        assert len(store.record.chunks(name)) == 12
        with pytest.raises(StoreLocked, match=rf"process {other.pid} on {socket.gethostname()}.*Close the other"):
            embed(store, WordModel(), chunks(20))
    finally:
        store.close()


@pytest.mark.parametrize("how", ["killed", "closed"])
def test_the_reader_becomes_the_writer_when_the_other_is_gone(other, tmp_path, how):
    ask(other, 5)
    store = open_store(tmp_path / "store")
    try:
        if how == "killed":
            other.kill()
        other.communicate()
        assert not store.writable
        store.refresh()
        assert store.writable
        assert store.holder is None
        assert embed(store, WordModel(), chunks(6)).reused == 5
        assert json.loads((tmp_path / "store" / "writer.json").read_text())["pid"] == os.getpid()
    finally:
        store.close()


def test_the_lock_of_a_dead_process_is_no_lock(other, tmp_path):
    ask(other, 5)
    other.kill()
    other.communicate()
    store = open_store(tmp_path / "store")
    assert store.writable
    assert len(store.record.chunks(collection_of(WordModel()).name)) == 5
    store.close()


def test_two_spellings_are_one_store_that_the_last_one_closes(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    first = open_store(tmp_path / "a" / ".." / "store")
    second = open_store(tmp_path / "link" / "store")
    assert second is first
    assert first.path == (tmp_path / "store").resolve()
    first.close()
    assert embed(second, WordModel(), chunks(2)).new == 2
    second.close()
    with pytest.raises(StoreError, match="closed"):
        second.record.chunks("any")
    again = open_store(tmp_path / "store")
    assert again is not first
    assert again.writable
    again.close()


def test_only_the_owner_may_look_inside(store):
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o700


def test_a_file_or_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("here")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreError, match=r"cannot be made .*store="):
            open_store(path)


def test_a_folder_that_cannot_be_locked_is_one_sentence(tmp_path, monkeypatch):
    import fcntl

    def refuse(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StoreError, match=r"cannot be locked .*No locks available.*local disk"):
        open_store(tmp_path / "store")


def test_the_size_is_that_of_all_files(store):
    before = store.size_bytes()
    (store.path / "chroma").mkdir()
    (store.path / "chroma" / "some").write_bytes(b"x" * 1000)
    assert store.size_bytes() == before + 1000
