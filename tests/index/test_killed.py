"""Kill -9 at any moment: what is on the disk can be gone on with, and ends as an uninterrupted run does."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.made import chunks, collection_of, embed, identity_of, stored
from workbench.index.store import open_store

COUNT = 304
"""38 batches of 8, each of 20 ms and more: the run outlasts all twenty kills."""

RUN = """
import sys, time
from pathlib import Path
from tests.doubles import WordModel
from tests.index.made import chunks, embed
from workbench.index.store import open_store


class Slow(WordModel):
    def embed(self, texts, role):
        time.sleep(0.02)
        return super().embed(texts, role)


store = open_store(Path(sys.argv[1]))
print("open", flush=True)
embed(store, Slow(), chunks(int(sys.argv[2])), progress=lambda done, total: print(done, flush=True))
store.close()
print("done", flush=True)
"""


def run(folder, count=COUNT):
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder), str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout.readline() == "open\n"
    return process


def consistent(store):
    """Each committed chunk is one of the corpus, and has the vector of its text. Gives how many there are."""
    made = {one.id: one for one in chunks(COUNT)}
    committed = store.record.chunks(collection_of(WordModel()).name)
    assert all(made[one.id] == one for one in committed)
    if committed:
        ids, vectors = stored(store, WordModel())
        assert np.array_equal(vectors, WordModel().embed([made[name].text for name in ids], "document"))
    return len(committed)


@pytest.mark.timeout(240)
def test_twenty_kills_end_as_an_uninterrupted_run_does(tmp_path):
    whole = open_store(tmp_path / "whole")
    embed(whole, WordModel(), chunks(COUNT))
    moments = random.Random(20)
    counts: list[int] = []
    for _ in range(20):
        process = run(tmp_path / "killed")
        time.sleep(moments.uniform(0, 0.04))
        process.kill()
        assert "done" not in process.communicate()[0]
        store = open_store(tmp_path / "killed")
        assert store.writable
        assert store.notes == []
        counts.append(consistent(store))
        store.close()
    assert counts == sorted(counts)
    assert len(set(counts)) > 5
    store = open_store(tmp_path / "killed")
    before = counts[-1]
    assert before < COUNT
    model = WordModel()
    assert embed(store, model, chunks(COUNT)).reused == before
    assert len(model.sent) == COUNT - before
    (ids, vectors), (expected_ids, expected) = stored(store, model), stored(whole, model)
    assert ids == expected_ids == [f"doc:{n}" for n in range(COUNT)]
    assert vectors.tobytes() == expected.tobytes()
    name = f"{identity_of(model)[:12]}.f32"
    files = [folder / "vectors" / name for folder in (tmp_path / "whole", tmp_path / "killed")]
    assert files[0].read_bytes() == files[1].read_bytes()
    for one in (store, whole):
        one.close()


def test_a_kill_while_chunks_change_leaves_each_with_the_vector_of_its_text(tmp_path):
    from dataclasses import replace

    store = open_store(tmp_path / "store")
    old = tuple(replace(one, text=f"before {one.text}") for one in chunks(COUNT + 5))
    embed(store, WordModel(), old)
    store.close()
    process = run(tmp_path / "store")
    while process.stdout.readline() != "24\n":
        pass
    process.kill()
    process.communicate()
    store = open_store(tmp_path / "store")
    texts = {one.id: {one.text} for one in old}
    for one in chunks(COUNT):
        texts[one.id].add(one.text)
    committed = store.record.chunks(collection_of(WordModel()).name)
    assert len(committed) == COUNT + 5  # none is gone before all others are there
    assert all(one.text in texts[one.id] for one in committed)
    done = sum(not one.text.startswith("before") for one in committed)
    assert 0 < done < COUNT
    assert done % 8 == 0
    report = embed(store, WordModel(), chunks(COUNT))
    assert (report.reused, report.changed, report.gone) == (done, COUNT - done, 5)
    assert stored(store, WordModel())[0] == [f"doc:{n}" for n in range(COUNT)]
    store.close()
