"""Two writers want one store, 1,500 writes each: what was acknowledged is there, once, with its own vector."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.faults.effort import effort
from tests.faults.others import Other
from tests.index.helpers import chunk, collection_of, embed, expected
from workbench.errors import StoreLocked
from workbench.index.store import open_store

WRITES = 1500
STEP = effort(50, 1)
"""Writes that are committed together: one at a time where there is time for it."""
TURN = effort(5, 50)
"""Commits before the store is given away."""
SHARED = 100
"""The first texts are the same for both: whoever comes second finds their vectors there."""

CONTENDER = """
import sys, time
sys.path.insert(0, "")
from tests.faults.test_turns import contend
"""


def items(name, count=WRITES):
    """Give chunks of one writer's own, the first of which say the same as the other one's."""
    texts = [f"text {number} of {'both' if number < SHARED else name}" for number in range(count)]
    return tuple(chunk(number, text) for number, text in enumerate(texts))


def contend(folder, name, *, stay=False):
    """Write until all is written, waiting wherever another process is the writer; gives what was seen on the way.

    With `stay` the store is kept open, and the place of the writer is asked for again and again; else it is opened
    for each turn.
    """
    model, own = WordModel(), items(name)
    done = turns = refused = 0
    store = open_store(folder)
    while done < WRITES:
        if not stay:
            store.close()
            store = open_store(folder)
        store.refresh()
        try:
            for _ in range(TURN):
                embed(store, model, own[: done + STEP], corpus=name)
                done = min(WRITES, done + STEP)
        except StoreLocked:
            refused += 1
            Event().wait(0.005)
            continue
        turns += 1
        if stay:  # as a notebook that is closed and opened again
            store.close()
            Event().wait(0.01)
            store = open_store(folder)
    store.close()
    return {"done": done, "turns": turns, "refused": refused, "sent": len(model.sent)}


def whole(folder, names):
    """See that each writer's chunks are there, in order, with the right vectors, and that no vector is there twice."""
    store = open_store(folder)
    assert (store.writable, store.notes) == (True, [])
    assert store.record.query("PRAGMA integrity_check") == [("ok",)]
    distinct = {one.text for name in names for one in items(name)}
    for name in names:
        collection = collection_of(WordModel(), corpus=name)
        rows = store.record.rows(collection.name)
        assert tuple(row.chunk for row in rows) == items(name)
        identity = next(iter(store.record.query("SELECT fingerprint FROM models")))[0]
        vectors = store.record.vectors(str(identity), [row.key for row in rows])
        np.testing.assert_array_equal(vectors, expected(items(name)))
    ((rows, keys, last),) = store.record.query("SELECT count(*), count(DISTINCT key), max(position) FROM vectors")
    assert (rows, keys, last) == (len(distinct), len(distinct), len(distinct) - 1)
    (file,) = (folder / "vectors").iterdir()
    assert file.stat().st_size == len(distinct) * 64 * 4
    store.close()


@pytest.mark.parametrize("stay", [False, True], ids=["opening anew", "asking again"])
def test_two_processes_contend(stay, tmp_path):
    folder = tmp_path / "store"
    with Other(CONTENDER) as left, Other(CONTENDER) as right:
        for other, name in ((left, "left"), (right, "right")):
            other.send("eval", f"contend(__import__('pathlib').Path({str(folder)!r}), {name!r}, stay={stay})")
        told = [other.answer() for other in (left, right)]
    assert [one["done"] for one in told] == [WRITES, WRITES]
    # Nothing was embedded twice but what both were about to embed at the same moment.
    assert sum(one["sent"] for one in told) == 2 * WRITES - SHARED
    whole(folder, ("left", "right"))


def test_two_processes_take_turns(tmp_path):
    """Each closes when it has written its share, and reads what the other has written before it goes on."""
    folder = tmp_path / "store"
    share = WRITES // 5
    with Other(CONTENDER) as left, Other(CONTENDER) as right:
        for other, name in ((left, "left"), (right, "right")):
            other.do("from tests.faults.test_turns import *; from pathlib import Path; model = WordModel()")
            other.do(f"folder, name = Path({str(folder)!r}), {name!r}")
        for turn in range(1, 6):
            for other, before in ((left, turn - 1), (right, turn)):
                other.do("store = open_store(folder); assert store.writable")
                seen = (
                    "len(store.record.rows(collection_of(model, corpus='left' if name == 'right' else 'right').name))"
                )
                assert other.ask(seen) == before * share
                other.do(f"embed(store, model, items(name, {turn * share}), corpus=name); store.close()")
    whole(folder, ("left", "right"))


def test_two_threads_on_one_store(tmp_path):
    folder = tmp_path / "store"

    def run(name):
        store, model = open_store(folder), WordModel()
        for done in range(0, WRITES, STEP):
            embed(store, model, items(name, done + STEP), corpus=name)
        store.close()
        return len(model.sent)

    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(run, ("left", "right")))
    assert sum(sent) == 2 * WRITES - SHARED
    whole(folder, ("left", "right"))


def test_a_writer_that_is_killed_loses_nothing_that_it_has_told(tmp_path):
    """A reader waits for the place of one that is killed again and again, each time after some commits."""
    folder = tmp_path / "store"
    begin = "from tests.faults.test_turns import *; from pathlib import Path; model = WordModel()"
    told = 0
    for _ in range(effort(3, 20)):
        with Other(CONTENDER) as writer:
            writer.do(begin)
            writer.do(f"store = open_store(Path({str(folder)!r}))")
            reader = open_store(folder)
            assert not reader.writable
            step = effort(20, 25)
            for _ in range(3):
                told += step
                writer.do(f"embed(store, model, items('left', {told}), corpus='left')")
            # It is in the middle of the next one when it dies.
            writer.send("exec", f"embed(store, model, items('left', {told + 400}), corpus='left')")
            assert len(reader.record.rows(collection_of(WordModel(), corpus="left").name)) >= told
            writer.kill()
        reader.refresh()
        assert reader.writable
        rows = reader.record.rows(collection_of(WordModel(), corpus="left").name)
        assert len(rows) >= told
        assert tuple(row.chunk for row in rows) == items("left", len(rows))
        model = WordModel()
        embed(reader, model, items("left", len(rows)), corpus="left")
        assert model.sent == []
        told = len(rows)
        reader.close()
    store = open_store(folder)
    assert store.notes == []
    rows = store.record.rows(collection_of(WordModel(), corpus="left").name)
    assert store.record.query("SELECT count(*), count(DISTINCT key) FROM vectors") == [(len(rows), len(rows))]
    store.close()
