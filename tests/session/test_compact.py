"""`wb.compact()`: what nothing uses goes, and every search, vector and map is as it was."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.helpers import Process
from workbench import Workbench
from workbench.errors import StoreLocked
from workbench.paths import uploads_folder
from workbench.session.verbs import VERBS

HOLDER = """
import sys
from pathlib import Path
from workbench.index.store import open_store
store = open_store(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
"""


def seen(wb):
    found = wb.search("What does the alpaca give?", mode="hybrid")
    wb.map()
    now = wb.prepared
    return (
        [(passage.chunk.id, passage.score) for passage in found],
        wb.store.record.vectors(now.fingerprint_id, now.keys).tobytes(),
        wb.projection.coordinates.tobytes(),
        list(wb.chunks["text"]),
    )


def test_everything_a_person_sees_is_as_before(wb, folder):
    wb.embed()
    (folder / "herds" / "alpaca.md").write_text("# Alpaca\n\nThe alpaca gives the finest wool.", encoding="utf-8")
    wb.refresh()
    before = seen(wb)
    counted = wb.compact(dry_run=True)
    assert counted.dry_run
    assert seen(wb) == before
    done = wb.compact()
    # the old text of the alpaca and the question
    assert (counted.vectors, done.vectors, done.dry_run) == (2, 2, False)
    assert done.bytes_after < done.bytes_before
    assert seen(wb) == before
    wb.close()
    with Workbench(folder, store=wb.store_path, model=WordModel(dimensions=4096), llm="extractive") as again:
        assert seen(again) == before
        assert again.plan.missing == 0
    assert "dropped 2 vectors" in repr(done)


def test_another_model_and_another_cutting_keep_their_vectors(wb):
    wb.embed()
    other = WordModel(dimensions=32, name="other")
    wb.embed(model=other)
    wb.embed(chunk_size=4, chunk_overlap=0)
    assert wb.compact().vectors == 0
    other.sent.clear()
    assert wb.embed().new == 0
    wb.embed(chunk_size=240)
    assert other.sent == []


def test_what_was_set_aside_or_left_behind_goes(wb):
    wb.embed()
    store = wb.store.path
    (store / "vectors.damaged-20260101-000000").mkdir()
    (store / "vectors.damaged-20260101-000000" / "a.f32").write_bytes(b"1234")
    (store / "record.sqlite3.damaged-20260101-000000").write_bytes(b"1234")
    (store / "vectors" / "abcdefabcdef-7.f32").write_bytes(b"1234")
    (store / "mine.txt").write_text("a person's own")
    names = ("record.sqlite3.damaged-20260101-000000", "vectors.damaged-20260101-000000", "abcdefabcdef-7.f32")
    assert sorted(wb.compact(dry_run=True).files) == sorted(names)
    assert sorted(wb.compact().files) == sorted(names)
    left = sorted(path.name for path in store.rglob("*") if path.is_file())
    (vectors,) = (name for name in left if name.endswith(".f32"))
    assert vectors != "abcdefabcdef-7.f32"
    assert left == sorted(["lock", "mine.txt", "record.sqlite3", *_log(store), vectors, "writer.json"])


def _log(store):
    return [path.name for path in store.glob("record.sqlite3-*")]


def test_files_handed_over_a_week_ago_go_and_younger_ones_stay(wb):
    old, young = uploads_folder() / "aaaaaaaaaaaa" / "files", uploads_folder() / "bbbbbbbbbbbb" / "files"
    for upload in (old, young):
        upload.mkdir(parents=True)
        (upload / "a.txt").write_text("Llamas hum.")
    then = time.time() - 8 * 24 * 3600
    for path in (old / "a.txt", old, old.parent):
        os.utime(path, (then, then))
    assert wb.compact(dry_run=True).uploads == 1
    assert old.exists()
    assert wb.compact().uploads == 1
    assert not old.parent.exists()
    assert (young / "a.txt").read_text() == "Llamas hum."


def test_files_that_are_the_corpus_stay_however_old(tmp_path, model):
    folder = uploads_folder() / "aaaaaaaaaaaa" / "files"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("Llamas hum.")
    then = time.time() - 8 * 24 * 3600
    for path in (folder / "a.txt", folder, folder.parent):
        os.utime(path, (then, then))
    with Workbench(str(folder), store=tmp_path / "s", model=model, llm="extractive") as wb:
        assert wb.compact().uploads == 0
        assert (folder / "a.txt").exists()


def test_a_reader_may_not(folder, tmp_path, model):
    with Workbench(folder, store=tmp_path / "s", model=model, llm="extractive") as first:
        first.embed()
    with (
        Process(HOLDER, tmp_path / "s") as holder,
        Workbench(folder, store=tmp_path / "s", model=model, llm="extractive") as wb,
    ):
        assert holder.hear() == "open"
        with pytest.raises(StoreLocked, match="being written by process"):
            wb.compact()


def test_the_chroma_collections_of_gone_collections_go(wb, chroma):
    wb.embed()
    first = wb.prepared.collection.name
    wb.submit("fill_index").wait()
    wb.embed(chunk_size=4, chunk_overlap=0)
    wb.submit("fill_index").wait()
    assert wb.compact(dry_run=True).index == ()
    wb.store.record.remove_rows(first, list(wb.store.record.stored(first)))
    wb.lanes["index"].wait_idle(60)
    done = wb.compact()
    assert (done.collections, done.index) == (1, (first,))
    assert [one.name for one in wb.store.record.collections()] == [wb.prepared.collection.name]
    assert wb.compact().index == ()
    assert len(wb.search("alpaca", engine="hnsw")) > 0


def test_it_takes_its_turn_with_embedding():
    assert VERBS["compact"].lane == VERBS["embed"].lane


def test_random_questions_find_the_same_to_the_bit(wb):
    wb.embed()
    words = ["llama", "alpaca", "desert", "wool", "hump", "worried", "loads"]
    some = np.random.default_rng(1)
    questions = [" ".join(some.choice(words, 3)) for _ in range(12)]

    def asked():
        return [
            [(one.chunk.id, one.score) for one in wb.search(question, mode=mode)]
            for question in questions
            for mode in ("dense", "lexical", "hybrid")
        ]

    before = asked()
    assert wb.compact().vectors == len(set(questions))
    assert asked() == before
