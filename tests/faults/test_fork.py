"""A process that forks while a store is open: the child is no second writer and takes nothing from its parent."""

from __future__ import annotations

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.doubles import WordModel
from tests.faults.effort import effort
from tests.faults.whole import check_chunks
from tests.index.helpers import chunks, collection_of, counts, embed
from workbench import Workbench
from workbench.errors import StoreError, StoreLocked
from workbench.index.store import open_store

# macOS forks no process that has threads.
pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork") or sys.platform == "darwin", reason="only where processes with threads can fork"
)


@contextmanager
def forked(work):
    """Run `work()` in a fork that stays until the block ends; give what it returned, or the error that it raised."""
    (told, tell), (stay, leave) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(leave)
            try:
                said = work()
            except StoreError as error:
                said = [type(error).__name__, str(error)]
            os.write(tell, json.dumps(said).encode() + b"\n")
            os.read(stay, 1)
            code = 0
        finally:
            os._exit(code)  # nothing of pytest must run twice
    os.close(tell)
    try:
        with os.fdopen(told) as ear:
            yield json.loads(ear.readline())
    finally:
        os.close(leave)
        os.close(stay)
        assert os.waitpid(child, 0)[1] == 0


def whole(folder, count):
    store = open_store(folder)
    check_chunks(store, count)
    store.close()


def test_the_child_cannot_write_with_what_it_has_inherited(folder, store):
    def work():
        said = [store.writable]
        for act in (lambda: embed(store, WordModel(), chunks(20)), lambda: store.record.remove_rows("any", ["x"])):
            try:
                act()
            except StoreError as error:
                said.append([type(error).__name__, str(error)])
        return said

    with forked(work) as said:
        assert said[0] is False
        assert [kind for kind, _ in said[1:]] == ["StoreLocked", "StoreLocked"]
        assert "store=" in said[1][1]
    assert counts(embed(store, WordModel(), chunks(12))) == (2, 0, 0, 10)
    whole(folder, 12)


def test_what_it_has_inherited_cannot_be_read_either_and_says_what_to_do(store):
    with forked(lambda: store.record.rows("any")) as (kind, text):
        assert kind == "StoreError"
        assert "was closed while it was in use. Open it again: make the Workbench anew." in text


def test_opened_anew_in_the_child_it_is_a_reader(folder, store):
    def work():
        own = open_store(folder)
        try:
            embed(own, WordModel(), chunks(20))
        except StoreLocked as error:
            return [own is store, own.writable, len(own.record.rows(collection_of(WordModel()).name)), str(error)]

    with forked(work) as (same, writable, count, text):
        assert (same, writable, count) == (False, False, 10)
        assert f"is being written by process {os.getpid()} on" in text
    assert counts(embed(store, WordModel(), chunks(12))) == (2, 0, 0, 10)
    whole(folder, 12)


def test_the_child_s_end_takes_neither_the_lock_nor_the_note_from_its_parent(folder, store):
    def work():
        store.close()
        store.close()
        return "closed"

    note = (folder / "writer.json").read_bytes()
    with forked(work) as said:
        assert said == "closed"
    assert store.writable
    assert (folder / "writer.json").read_bytes() == note
    with forked(lambda: open_store(folder).writable) as writable:
        assert writable is False
    whole(folder, 10)


def test_a_child_that_lives_on_does_not_keep_the_lock(folder):
    store = open_store(folder)
    embed(store, WordModel(), chunks(10))
    with forked(lambda: store.writable):
        store.close()
        again = open_store(folder)
        assert again.writable
        assert counts(embed(again, WordModel(), chunks(12))) == (2, 0, 0, 10)
        again.close()
    whole(folder, 12)


def test_forks_amid_commits_and_searches_harm_neither(folder, store):
    """Threads write and read all the while: no fork is caught with a lock that nobody will ever let go."""
    ends = threading.Event()

    def write():
        count = 10
        while not ends.is_set():
            count = count + 5 if count < 200 else 10
            embed(store, WordModel(), chunks(count))

    def read():
        while not ends.is_set():
            store.record.rows(collection_of(WordModel()).name)

    with ThreadPoolExecutor(2) as pool:
        under_way = [pool.submit(write), pool.submit(read)]
        try:
            for _ in range(effort(20, 500)):
                with forked(lambda: [store.writable, open_store(folder).writable]) as said:
                    assert said == [False, False]
        finally:
            ends.set()
        assert [one.result(60) for one in under_way] == [None, None]
    embed(store, WordModel(), chunks(200))
    whole(folder, 200)


def test_a_workbench_that_was_forked_says_so_and_leaves_its_parent_s_processes_alone(folder, monkeypatch):
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
    with Workbench(["red fox", "blue whale"], store=folder, model=WordModel(4096), llm="extractive") as wb:
        wb.embed()
        wb.children["map"].run(os.getpid)
        (worker,) = wb.children["map"]._executor._processes

        def work():
            try:
                wb.embed(chunk_size=3, chunk_overlap=0)
            except StoreError as error:
                return str(error)
            finally:
                wb.close()

        with forked(work) as said:
            assert "make the Workbench anew" in said
        assert wb.children["map"].run(os.getpid) == worker
        assert wb.search("whale")[0].chunk.text == "blue whale"
