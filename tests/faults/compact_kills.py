"""Kills `compact` at call after call, in forked processes, and looks at what is left: folder, number of kills."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import numpy as np

from tests.doubles import WordModel
from tests.index.helpers import chunks, embed, expected, vectors_of
from workbench.index.compact import Keep, compact, files_in_use
from workbench.index.leftovers import remove, stray_files
from workbench.index.store import open_store

COUNT, GONE = 300, 120


def make(folder: Path) -> None:
    """Make a store in which two models have vectors, some of them of no chunk."""
    store = open_store(folder)
    for model in (WordModel(8), WordModel(16, "other")):
        embed(store, model, chunks(COUNT))
        embed(store, model, chunks(COUNT)[GONE:])
    store.close()


def calls(folder: Path) -> int:
    """Count the calls, of Python and of C, that `compact` makes."""
    made = 0

    def count(*_: object) -> None:
        nonlocal made
        made += 1

    store = open_store(folder)
    sys.setprofile(count)
    try:
        compact(store.record, Keep())
    finally:
        sys.setprofile(None)
    store.close()
    return made


def killed(folder: Path, call: int) -> bool:
    """Run `compact` in a fork that is killed at a call; False where it was done before."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)
    made = 0

    def count(*_: object) -> None:
        nonlocal made
        made += 1
        if made == call:
            os.kill(os.getpid(), signal.SIGKILL)

    store = open_store(folder)
    sys.setprofile(count)
    compact(store.record, Keep())
    sys.setprofile(None)
    os._exit(0)


def look(folder: Path) -> tuple[bool, int]:
    """Check all vectors, make the store compact again, check again; gives whether vectors had gone, and strays."""
    store = open_store(folder)
    assert store.notes == [], store.notes
    before = store.record.query("SELECT sum(rows) FROM models")[0][0]
    _check(store)
    with store.record.alone() as database, database.snapshot() as read:
        strays = stray_files(folder, set(files_in_use(read).values()), ())
    remove(strays)
    assert compact(store.record, Keep()).vectors == before - 2 * (COUNT - GONE)
    _check(store)
    assert len(list(folder.glob("vectors/*"))) == 2
    store.close()
    return before == 2 * (COUNT - GONE), len(strays)


def _check(store) -> None:
    assert store.record.query("PRAGMA integrity_check") == [("ok",)]
    for model in (WordModel(8), WordModel(16, "other")):
        items = chunks(COUNT)[GONE:]
        assert np.array_equal(vectors_of(store, model, items), expected(items, model))


def moments(total: int, kills: int) -> list[int]:
    """Give half of the calls from all over the run, half from its end, where files and rows change places."""
    spread = np.linspace(1, total, kills - kills // 2)
    late = np.linspace(max(1, total - 150), total, kills // 2)
    return sorted({int(one) for one in (*spread, *late)})


def main(folder: Path, kills: int) -> None:
    make(folder / "whole")
    shutil.copytree(folder / "whole", folder / "count")
    total = calls(folder / "count")
    chosen = moments(total, kills)
    counts = {"calls": total, "tried": len(chosen), "kills": 0, "before": 0, "after": 0, "strays": 0}
    for call in chosen:
        shutil.copytree(folder / "whole", folder / "killed")
        counts["kills"] += killed(folder / "killed", call)
        after, strays = look(folder / "killed")
        counts["after" if after else "before"] += 1
        counts["strays"] += strays
        shutil.rmtree(folder / "killed")
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
