"""A process that embeds may be killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.embed_process import COUNT
from tests.index.helpers import ROOT, chunks, collection_of, counts, embed, expected, keys_of, stored, vectors_of
from workbench.index.fingerprint import fingerprint_id
from workbench.index.store import open_store

KILLS = 20


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.index.embed_process", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def killed(folder, moment: random.Random) -> int:
    """Run until a random number of batches and a random part of the next; give what was acknowledged."""
    process = start(folder)
    heard = process.stdout.readline()
    done = int(heard)
    for _ in range(moment.randint(0, 1)):
        heard = process.stdout.readline()
        if not heard or heard.startswith("sent"):
            break
        done = int(heard)
    time.sleep(moment.uniform(0, 0.008))
    os.kill(process.pid, signal.SIGKILL)
    rest = [line for line in process.communicate()[0].split("\n") if line.isdigit()]
    return int(rest[-1]) if rest else done


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_is_embedded_twice_but_a_batch(tmp_path):
    moment, folder, items, model = random.Random(3), tmp_path / "store", chunks(COUNT), WordModel()
    collection, before = collection_of(model), 0
    for kill in range(KILLS):
        if before == COUNT:  # a machine that is slow to kill
            folder, before = tmp_path / f"store{kill}", 0
        acknowledged = killed(folder, moment)
        opened = open_store(folder)
        known = opened.record.known(fingerprint_id(model.fingerprint()), keys_of(model, items))
        stored = int(known.sum())
        assert opened.writable
        assert opened.notes == []
        # At most the one batch that was committed and not yet told.
        assert acknowledged <= stored <= acknowledged + model.batch_size
        assert stored >= before
        assert known[:stored].all()
        listed = opened.record.chunks(collection.name)
        assert listed == tuple(items[:stored])
        if stored:
            np.testing.assert_array_equal(vectors_of(opened, model, listed), expected(listed))
        opened.close()
        before = stored

    process = start(folder)
    told = process.communicate(timeout=60)[0].split()
    assert process.returncode == 0
    assert int(told[-1]) == COUNT - before

    whole = open_store(tmp_path / "whole")
    embed(whole, WordModel(), items)
    opened = open_store(folder)
    assert opened.record.rows(collection.name) == whole.record.rows(collection.name)
    assert vectors_of(opened, model, items).tobytes() == vectors_of(whole, model, items).tobytes()
    assert opened.record.query("SELECT count(*), count(DISTINCT key) FROM vectors") == [(COUNT, COUNT)]
    name = f"{fingerprint_id(model.fingerprint())[:12]}.f32"
    assert (folder / "vectors" / name).read_bytes() == (tmp_path / "whole" / "vectors" / name).read_bytes()
    opened.close()
    whole.close()
    with sqlite3.connect(folder / "record.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_kill_while_texts_change_leaves_each_chunk_with_the_vector_of_its_text(tmp_path):
    old = tuple(replace(one, text=f"before {one.text}") for one in chunks(COUNT + 5))
    store = open_store(tmp_path)
    embed(store, WordModel(), old)
    store.close()
    process = start(tmp_path)
    while process.stdout.readline() != "24\n":
        pass
    process.kill()
    process.communicate()
    store = open_store(tmp_path)
    listed = store.record.chunks(collection_of(WordModel()).name)
    assert len(listed) == COUNT + 5  # none is gone before all others are there
    new = {one.id: one for one in chunks(COUNT)}
    assert all(one in (old[one.ordinal], new.get(one.id)) for one in listed)
    np.testing.assert_array_equal(stored(store, WordModel())[1], expected(listed))
    done = sum(not one.text.startswith("before") for one in listed)
    assert 24 <= done < COUNT
    assert done % 8 == 0
    assert counts(embed(store, WordModel(), chunks(COUNT))) == (0, COUNT - done, 5, done)
    assert store.record.chunks(collection_of(WordModel()).name) == chunks(COUNT)
    store.close()
