"""Looks at a store in a process of its own, so that whatever is in it, the kernel goes on.

Run as a module: `python -m workbench.doctor.store_process STORE ASKER` prints the findings as JSON.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from workbench.doctor import store_index, store_place, store_record, store_vectors
from workbench.doctor.checking import Check, run
from workbench.doctor.processes import Ended, run_apart
from workbench.doctor.reading import RECORD, Store, tables
from workbench.records import Finding

__all__ = ["examine_store", "findings"]

_SECONDS = 300.0
_LOOKS = 5
"""Times that a store is looked at whose writer is at work, before what is wrong is believed."""
_FIRST = (Check("store", store_place.foreign),)
_READABLE = (Check("record", store_record.readable),)
CHECKS = (*store_place.CHECKS, *store_record.CHECKS, *store_vectors.CHECKS, *store_index.CHECKS)


def examine_store(path: Path) -> list[Finding]:
    """Look at a store; nothing in it is changed, and other processes may use it meanwhile."""
    try:
        told = run_apart("workbench.doctor.store_process", path, os.getpid(), seconds=_SECONDS)
    except Ended as error:
        return [_unseen(path, str(error))]
    return [Finding(**one) for one in json.loads(told)]


def _unseen(path: Path, why: str) -> Finding:
    said = f"The store {path} could not be looked at: {why.rstrip('.')}."
    return Finding("store", "store", "problem", said, "Take another: `Workbench(corpus, store='/path/of/a/folder')`.")


def findings(path: Path, asker: int) -> list[Finding]:
    """Look at a store in this process."""
    told = run("store", _FIRST, path)
    if told:
        return told
    for _ in range(_LOOKS):
        before = _moment(path)
        told = _look(path, asker)
        if _moment(path) == before or all(one.state != "problem" for one in told):
            break  # else it was written to meanwhile, and a file that was moved looks lost
    return told


def _moment(path: Path) -> list[tuple[int, int]]:
    found = []
    for file in (path / RECORD, path / f"{RECORD}-wal"):
        with suppress(FileNotFoundError):  # a writer that closes takes its log away
            about = file.stat()
            found.append((about.st_mtime_ns, about.st_size))
    return found


def _look(path: Path, asker: int) -> list[Finding]:
    try:
        with tables(path / RECORD) as read:
            store = Store(path, read, asker)
            return run("store", _READABLE, store) or run("store", CHECKS, store)
    except (sqlite3.Error, OSError) as error:
        return [_unseen(path, str(error))]


if __name__ == "__main__":
    json.dump([asdict(one) for one in findings(Path(sys.argv[1]), int(sys.argv[2]))], sys.stdout)
