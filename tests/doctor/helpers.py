"""What the tests of the doctor share: what a check says, and stores to break."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.doubles import WordModel
from tests.index.helpers import chunks, embed
from workbench.doctor.checking import run
from workbench.doctor.store_process import findings
from workbench.index.store import open_store
from workbench.records import Finding


def told(checks, *given: object) -> list[tuple[str, str]]:
    """Give name and state of all that is not `ok`."""
    return [(one.name, one.state) for one in run("installation", checks, *given) if one.state != "ok"]


def only(checks, name: str) -> Finding:
    """Give the one finding of a check that is not `ok`."""
    (found,) = [one for one in run("installation", checks) if one.name == name and one.state != "ok"]
    return found


def made(folder: Path, count: int = 10) -> Path:
    """Make a store of two models and close it."""
    store = open_store(folder)
    for model in (WordModel(8), WordModel(16, "other")):
        embed(store, model, chunks(count))
    store.close()
    return folder


def written(folder: Path, statement: str) -> None:
    """Change the tables of a closed store."""
    with closing(sqlite3.connect(folder / "record.sqlite3")) as connection:
        connection.executescript(statement)
        connection.commit()


def unwell(folder: Path) -> list[Finding]:
    """Give what is not `ok` about a store, the index that the tests do not fill left out."""
    return [one for one in findings(folder, os.getpid()) if one.state != "ok" and one.name != "chroma"]


def contents(folder: Path) -> dict[str, tuple[object, ...]]:
    """Give all that another process could see of a folder, but times of reading."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted([folder, *folder.rglob("*")]):
        if path.exists():
            about = path.stat()
            data = path.read_bytes() if path.is_file() else b""
            found[str(path)] = (data, about.st_mtime_ns, about.st_ino, about.st_mode, about.st_size)
    return found
