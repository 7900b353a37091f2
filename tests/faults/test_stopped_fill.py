"""A workbench that is closed while Chroma is filled: it stops between two batches, and goes on from there next time."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.doubles import WordModel
from workbench import Workbench
from workbench.errors import Cancelled
from workbench.index.chroma import fill
from workbench.index.chroma_stop import chroma_turn, stop_for

BATCH = 1000
TEXTS = [f"text number {number} is about llamas" for number in range(3 * BATCH)]


def workbench(folder, model, texts=TEXTS):
    return Workbench(texts, store=folder, model=model, llm="extractive")


def in_chroma(folder):
    """Give row numbers and ids that the index holds, looked up without Chroma."""
    file = folder / "chroma" / "chroma.sqlite3"
    if not file.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as tables:
            return dict(tables.execute("SELECT id, embedding_id FROM embeddings").fetchall())
    except sqlite3.OperationalError:  # its tables are being made
        return {}


def until(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def left_clean(folder):
    """See that nobody has the index open, and that nothing was torn or counted against it."""
    turn = chroma_turn(folder)
    turn.acquire(blocking=False)
    turn.release()
    assert not (folder / "chroma.opening").exists()
    assert not list(folder.glob("chroma.damaged-*"))


@pytest.mark.slow
def test_it_stops_between_batches_and_goes_on_when_it_is_opened_next(tmp_path):
    folder = tmp_path / "store"
    wb = workbench(folder, WordModel())
    wb.embed()
    until(lambda: in_chroma(folder))
    began = time.monotonic()
    wb.close()
    closed_in = time.monotonic() - began
    held = in_chroma(folder)
    assert len(held) % BATCH == 0
    assert BATCH <= len(held) < len(TEXTS)
    assert closed_in < 60  # one batch, not all of them
    left_clean(folder)
    assert not list((folder / "chroma").glob("*.filled"))

    # A search is enough for it to go on; no text is embedded again, and no row written again.
    model = WordModel()
    with workbench(folder, model) as again:
        again.search("text number 7")
        until(lambda: len(in_chroma(folder)) > len(held))
        assert again.submit("fill_index").wait() == len(TEXTS)
        assert model.sent == ["text number 7"]
        ids = [chunk.id for chunk in again.chunk_list]
    after = in_chroma(folder)
    assert {row: after.get(row) for row in held} == held
    assert sorted(after.values()) == sorted(ids)
    left_clean(folder)


@pytest.mark.slow
def test_it_is_not_waited_for_before_chroma_is_open(tmp_path):
    """Closed at once, twice: nothing is counted against an index that nobody has opened."""
    folder = tmp_path / "store"
    for _ in range(2):
        wb = workbench(folder, WordModel(), TEXTS[:20])
        wb.embed()
        wb.close()
        left_clean(folder)
        assert len(in_chroma(folder)) in (0, 20)


def test_a_request_that_stands_keeps_chroma_closed(tmp_path):
    folder = tmp_path / "store"
    with workbench(folder, WordModel(), TEXTS[:20]) as wb, pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
        wb.embed()
        with stop_for(folder) as stop:
            stop.check()  # nobody has asked yet
            assert stop.ask()
            with pytest.raises(Cancelled, match=r"between two batches. It goes on when .*wb\.rebuild_index"):
                fill(str(folder), wb.prepared.collection.name, None, stop)
            assert not (folder / "chroma").exists()
            turn = chroma_turn(folder)
            with turn:
                assert not stop.ask()  # somebody has it open
        assert not Path(stop.file).exists()
