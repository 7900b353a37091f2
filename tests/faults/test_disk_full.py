"""A disk that is full: one sentence with path and bytes, in bounded time, and on it goes once there is room."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.faults.effort import effort
from tests.faults.limited import WIDE
from tests.faults.nth_session import Inline, check_idle, check_tables, contents, index_rows, same, write_texts
from tests.faults.small_disk import Disk, small_disk, told
from tests.faults.test_nth_map import spiral
from tests.index.helpers import ROOT
from workbench.errors import NotWritten, StoreError

LONG = 60.0
"""Seconds, of which a tenth is enough on a quiet machine."""
TEXTS = {
    f"{number:02}.txt": f"Llama {number} carries load {number * 3} over pass {number * 7} and comes home to its town."
    for number in range(40)
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    return write_texts(tmp_path_factory.mktemp("corpus") / "corpus", TEXTS)


@pytest.fixture(scope="module")
def right(corpus, tmp_path_factory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an uninterrupted run on a disk with room leaves: the record, and the rows of the index."""
    store = tmp_path_factory.mktemp("right") / "store"
    with made(corpus, store) as wb:
        wb.embed()
    return contents(store), index_rows(store)


def made(corpus: Path, store: Path) -> Inline:
    return Inline(corpus, store=store, model=WordModel(WIDE), llm="extractive")


# A small disk --------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as found:
        yield found


@pytest.mark.parametrize("room", [0, 8_192, 90_000, 300_000, 500_000])
def test_embedding_goes_on_once_there_is_room(disk, corpus, right, room):
    store, model = disk.folder / "store", WordModel(WIDE)
    disk.leave(room)
    with Inline(corpus, store=store, model=model, llm="extractive") as wb:
        began = time.monotonic()
        with pytest.raises(StoreError) as raised:
            wb.embed()
        assert time.monotonic() - began < LONG
        needed, free = told(raised.value, store)
        assert free <= room + 4096
        assert needed > 1000
        check_idle(wb, room)
        before = wb.embedded
        assert (before > 0) == (room >= 300_000)
        disk.clear()
        report = wb.embed()
        assert (report.new, report.reused) == (len(wb.chunk_list) - before, before)
        assert len(model.sent) <= len(wb.chunk_list) + model.batch_size
        assert wb.embed().reused == len(wb.chunk_list)
    check_tables(store, room)
    assert same(contents(store), right[0])
    assert index_rows(store) == right[1]


@pytest.mark.parametrize("room", [40_000, 400_000, 900_000][: effort(2, 3)])
def test_an_index_that_finds_no_room_leaves_the_record_alone_and_is_mended_later(disk, corpus, right, room):
    store = disk.folder / "store"
    with made(corpus, store) as wb:
        fill, wb.embedded_now = wb.embedded_now, lambda: disk.leave(room) or fill()
        report = wb.embed()
        assert report.new == len(wb.chunk_list)
        needed, free = told(wb.error, store)
        assert needed > 600_000
        assert free < 1_000_000
        assert "rebuild_index" in str(wb.error) or "Make room" in str(wb.error)
        assert len(wb.search("Which llama carries load 21?")) == 5
        disk.clear()
        wb.dismiss()
        wb.embedded_now = fill
        wb.embed()
        assert wb.error is None
    check_tables(store, room)
    assert contents(store)["collections"].keys() == right[0]["collections"].keys()
    assert index_rows(store) == right[1]
    # What was half made may be torn, and is set aside once, when there is room.
    assert len(list(store.glob("*damaged*"))) <= 1


def test_a_question_is_answered_on_a_full_disk(disk, corpus, monkeypatch):
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
    store, question = disk.folder / "store", "Which llama carries load 21?"
    with made(corpus, store) as wb:
        wb.embed()
        disk.leave(0)
        for _ in range(2):
            answer = wb.ask(question)
            assert answer.complete
            assert "Llama 7 carries load 21" in answer.text
        assert wb.error is None
        (note,) = wb.notes
        assert note.startswith("The question was searched for, but its vector is not kept.")
        needed, free = told(note, store)
        assert (needed > 1_000, free) == (True, 0)
        disk.clear()
        wb.search(question)
        sent = len(wb.model.sent)
        wb.search(question)
        assert len(wb.model.sent) == sent
    check_tables(store, "question")


def test_a_map_that_finds_no_room_is_kept_once_there_is_some(disk, corpus, monkeypatch):
    monkeypatch.setattr("workbench.session.draw.layout_apart", spiral)
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
    store = disk.folder / "store"
    with made(corpus, store) as wb:
        wb.embed()
        disk.leave(4_096)
        with pytest.raises(StoreError) as raised:
            wb.submit("map", "umap").wait()
        assert told(raised.value, store)[0] > 4_096
        assert wb.error is raised.value
        check_idle(wb, "map")
        disk.clear()
        shown = wb.submit("map", "umap").wait()
    check_tables(store, "map")
    with made(corpus, store) as wb:
        monkeypatch.delattr("workbench.session.draw.layout_apart")  # the stored one is shown
        np.testing.assert_array_equal(wb.submit("map", "umap").wait().coordinates, shown.coordinates)


def test_a_file_of_the_map_that_finds_no_room_leaves_the_one_before(disk, corpus, monkeypatch):
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
    target = disk.folder / "map.html"
    with made(corpus, disk.folder.parent / "store") as wb:
        wb.map()
        target.write_text("the map of yesterday")
        disk.leave(100_000)
        with pytest.raises(NotWritten) as raised:
            wb.save_map(target)
        needed, free = told(raised.value, target)
        assert (needed > 4_000_000, free) == (True, 0)
        assert target.read_text() == "the map of yesterday"
        assert sorted(path.name for path in disk.folder.iterdir()) == ["ballast", "map.html"]
        disk.clear()
        assert len(wb.save_map(target).read_bytes()) == needed


# A limit of the size of files ----------------------------------------------------------------------------------------


def limited(stage: str, corpus: Path, store: Path, limit: int) -> dict[str, Any]:
    command = [sys.executable, "-W", "error", "-m", "tests.faults.limited", stage, str(corpus), str(store), str(limit)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=3 * LONG)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


STAGES: dict[str, tuple[int, Callable[[Path], Path]]] = {
    "start 0": (0, lambda store: store),
    "middle 250000": (8, lambda store: store),
    "save 100000": (80, lambda store: store.parent / "map.html"),
    "index 700000": (80, lambda store: store),
    "index 900000": (80, lambda store: store),
}


@pytest.mark.parametrize("stage", list(STAGES)[: effort(2, 5)])
def test_files_that_must_not_grow_are_told_and_mended_by_the_next_process(stage, corpus, right, tmp_path):
    least, place = STAGES[stage]
    store, (name, limit) = tmp_path / "store", stage.split()
    found = limited(name, corpus, store, int(limit))
    assert found["kind"] in ("StoreError", "StoreFull", "NotWritten")
    assert found["raised"] == (name != "index")
    assert told(found["text"], place(store))[0] > 1000
    assert found["seconds"] < LONG
    assert found["embedded"] >= least
    assert list(tmp_path.glob("**/*.part")) == []
    check_tables(store, stage)
    with made(corpus, store) as wb:
        report = wb.embed()
        assert (report.reused, report.new) == (found["embedded"], len(wb.chunk_list) - found["embedded"])
        assert wb.error is None
    assert same(contents(store), right[0])
    assert index_rows(store) == right[1]
