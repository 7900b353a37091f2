"""What a commit does when the disk is full, another program is in the way, or threads read meanwhile."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.helpers import ROOT, chunks, collection_of, counts, embed, expected, keys_of, planned, vectors_of
from workbench.errors import StoreError
from workbench.index.fingerprint import fingerprint_id
from workbench.index.store import open_store


@pytest.fixture
def store(store):
    """Give a store that holds 40 chunks."""
    embed(store, WordModel(), chunks(40))
    return store


FULL = """
import resource, sys
from pathlib import Path
from tests.doubles import WordModel
from tests.index.helpers import chunk, embed
from workbench.errors import StoreError
from workbench.index.store import open_store
store = open_store(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
items = [chunk(number, f"{number} " + "long text " * int(sys.argv[3])) for number in range(400)]
stored = []
try:
    embed(store, WordModel(int(sys.argv[4])), items, progress=lambda done, total: stored.append(done))
except StoreError as error:
    print(type(error).__name__, stored[-1], str(error), sep="|")
try:
    store.record.chunks("the record can still be read")
    store.close()
except BaseException as error:
    print("and then", type(error).__name__, error)
"""


# A file may grow to so many bytes: that of the vectors meets the limit first, then SQLite's log.
@pytest.mark.parametrize(("limit", "words", "dimensions"), [(300_000, 1, 4096), (400_000, 800, 64)])
def test_a_full_disk_is_one_sentence_and_keeps_what_was_committed(tmp_path, limit, words, dimensions):
    folder = tmp_path / "store"
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", FULL, str(folder), str(limit), str(words), str(dimensions)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = found.stdout.splitlines()
    kind, stored, message = line.split("|")
    assert kind == "StoreFull"
    assert str(folder) in message
    assert "is full" in message
    assert "Make room on that disk, or choose another folder with store=." in message
    assert found.stderr == ""
    assert 0 < int(stored) < 400
    model = WordModel(dimensions)
    store = open_store(folder)
    assert store.notes == []
    listed = store.record.chunks(collection_of(model).name)
    assert len(listed) == int(stored)
    np.testing.assert_array_equal(vectors_of(store, model, listed), expected(listed, model))
    store.close()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_lock_by_another_program_is_a_sentence(store):
    other = sqlite3.connect(store.path / "record.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"busy in another process .* Try again"):
        embed(store, WordModel(), chunks(50))
    assert planned(store, WordModel(), chunks(50)).missing == 10
    other.execute("ROLLBACK")
    other.close()
    assert counts(embed(store, WordModel(), chunks(50))) == (10, 0, 0, 40)


def test_an_error_inside_a_batch_leaves_nothing_of_it(store):
    broken = chunks(41)[40:]
    broken[0].metadata["value"] = object()
    with pytest.raises(TypeError):
        embed(store, WordModel(), broken)
    assert planned(store, WordModel(), chunks(41)).missing == 1
    assert counts(embed(store, WordModel(), chunks(41))) == (1, 0, 0, 40)


def test_threads_read_while_one_commits(tmp_path):
    store, failures, stop = open_store(tmp_path / "store"), [], threading.Event()
    model, items = WordModel(), chunks(400)
    identity, keys = fingerprint_id(model.fingerprint()), keys_of(model, items)
    truth = expected(items)

    def read():
        try:
            while not stop.is_set():
                known = store.record.known(identity, keys)
                count = int(known.sum())
                if count:
                    found = store.record.vectors(identity, keys[:count])
                    np.testing.assert_array_equal(found, truth[:count])
                    assert len(store.record.chunks(collection_of(model).name)) >= count
        except BaseException as error:  # noqa: BLE001  (reported below)
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    embed(store, model, items)
    stop.set()
    for thread in threads:
        thread.join(timeout=10)
    assert failures == []
    store.close()
