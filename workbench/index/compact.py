"""Dropping what no chunk uses any more. Killed at any moment, the record is as before or as after, never between."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from workbench.index.database import Database
from workbench.index.fingerprint import fingerprint_id
from workbench.index.leftovers import remove
from workbench.index.positions import count_loss, name_of_file, vector_path
from workbench.index.record import Record
from workbench.index.vector_file import VectorFile
from workbench.seam import passing

__all__ = ["Keep", "Unused", "compact", "files_in_use", "unused"]

_COPIED = 4096
"""Vectors copied at a time."""

Placed = tuple[int, bytes, int]
"""Row in the file, key and CRC-32 of a vector."""


@dataclass(frozen=True)
class Keep:
    """What is in use beside the chunks that are stored.

    Attributes
    ----------
    keys
        By fingerprint id: vectors of chunks that are open and not stored yet.
    documents
        Keys of documents whose boundaries and counts stay; None keeps those of all.
    """

    keys: Mapping[str, Collection[bytes]] = field(default_factory=dict)
    documents: Collection[bytes] | None = None


@dataclass(frozen=True)
class Unused:
    """What nothing uses: numbers of rows, and the bytes of the vectors."""

    vectors: int
    pictures: int
    kept: int
    collections: int
    vector_bytes: int


@dataclass(frozen=True)
class _Model:
    fingerprint: str
    file: VectorFile
    rows: int
    used: list[Placed]


_EMPTY = "SELECT name FROM collections WHERE name NOT IN (SELECT collection FROM chunks)"
_LOOSE = f"collection NOT IN (SELECT name FROM collections) OR collection IN ({_EMPTY})"  # noqa: S608 - both are ours


def unused(record: Record, keep: Keep) -> Unused:
    """Count what `compact` would drop; nothing is changed."""
    with record.alone() as database, database.snapshot() as read:
        return _counted(read, _models(read, record.folder, keep), keep)


def compact(record: Record, keep: Keep) -> Unused:
    """Drop vectors, pictures, kept entries and collections that no chunk uses, and give the room back.

    What stays of a model's vectors is written to a new file; then one transaction changes file and rows together, and
    only then the old file is deleted. Who reads in another process has the old file or the new one, each with its rows.

    Parameters
    ----------
    record
        Writable.
    keep
        What is in use beside the stored chunks.

    Raises
    ------
    StoreLocked
        This process may only read.
    StoreFull
        The disk is full; nothing was dropped.
    """
    with record.alone() as database:
        with database.snapshot() as read:
            models = _models(read, record.folder, keep)
            found = _counted(read, models, keep)
            number = _unused_number(read)
        moving = [model for model in models if len(model.used) < model.rows]
        targets = {one.fingerprint: f"{one.fingerprint[:12]}-{number}.f32" for one in moving}
        with _clean(database, [record.folder / "vectors" / name for name in targets.values()]):
            whole = {one.fingerprint: _copy(one, one.file.path.with_name(targets[one.fingerprint])) for one in moving}
            _sync(record.folder / "vectors")
            with database.transaction(durable=True) as write:
                for model in moving:
                    _move(write, model, targets[model.fingerprint], whole[model.fingerprint])
                if moving:
                    count_loss(write)
                _drop_rows(write, keep)
        remove(model.file.path for model in moving)
        database.shrink()
    return found


def files_in_use(read: sqlite3.Connection) -> dict[str, str]:
    """Give the name of each model's vector file, by fingerprint id."""
    models = read.execute("SELECT fingerprint FROM models").fetchall()
    return {one: vector_path(read, Path(), one).name for (one,) in models}


def _models(read: sqlite3.Connection, folder: Path, keep: Keep) -> list[_Model]:
    used = _used(read, keep)
    files = files_in_use(read)
    found = []
    for identity, dimensions, rows in read.execute("SELECT fingerprint, dimensions, rows FROM models").fetchall():
        placed = read.execute(
            "SELECT position, key, crc FROM vectors WHERE fingerprint = ? ORDER BY position", (identity,)
        )
        keys = used.get(identity, set())
        file = VectorFile(folder / "vectors" / files[identity], dimensions)
        found.append(_Model(identity, file, rows, [one for one in placed if one[1] in keys]))
    return found


def _used(read: sqlite3.Connection, keep: Keep) -> dict[str, set[bytes]]:
    made_by = {
        name: fingerprint_id(json.loads(fingerprint))
        for name, fingerprint in read.execute("SELECT name, fingerprint FROM collections")
    }
    used = {identity: set(keys) for identity, keys in keep.keys.items()}
    for collection, key in read.execute("SELECT collection, key FROM chunks"):
        if collection in made_by:
            used.setdefault(made_by[collection], set()).add(key)
    return used


def _counted(read: sqlite3.Connection, models: Sequence[_Model], keep: Keep) -> Unused:
    gone = [(model.rows - len(model.used), model.file.dimensions) for model in models]
    return Unused(
        vectors=sum(count for count, _ in gone),
        pictures=_number(read, f"SELECT count(*) FROM pictures WHERE {_LOOSE}"),  # noqa: S608
        kept=len(_idle(read, keep)),
        collections=_number(read, f"SELECT count(*) FROM ({_EMPTY})"),  # noqa: S608
        vector_bytes=sum(4 * count * dimensions for count, dimensions in gone),
    )


def _number(read: sqlite3.Connection, statement: str) -> int:
    return int(read.execute(statement).fetchone()[0])


def _unused_number(read: sqlite3.Connection) -> int:
    """Give the number of the new files: one more than were lost or moved, and than any file in use has.

    The count alone may be damaged, and a file that is in use would be written over.
    """
    found = read.execute("SELECT value FROM meta WHERE name = 'losses'").fetchall()
    numbers = [str(count) for (count,) in found]
    numbers += [Path(name).stem.partition("-")[2] for name in files_in_use(read).values()]
    return 1 + max((int(number) for number in numbers if number.isdecimal()), default=0)


def _idle(read: sqlite3.Connection, keep: Keep) -> list[tuple[str, bytes]]:
    if keep.documents is None:
        return []
    return [row for row in read.execute("SELECT rule, key FROM kept") if row[1] not in keep.documents]


def _copy(model: _Model, target: Path) -> list[Placed]:
    """Write the used vectors to a new file, those that are lost or torn left out; gives the others."""
    file = VectorFile(target, model.file.dimensions)
    copied: list[Placed] = []
    there = [one for one in model.used if one[0] < model.file.rows]
    for start in range(0, len(there), _COPIED):
        part = there[start : start + _COPIED]
        vectors = model.file.read(np.array([position for position, _, _ in part]))
        whole = [at for at, (_, _, crc) in enumerate(part) if zlib.crc32(vectors[at]) == crc]
        file.write(len(copied), vectors[whole])
        copied += [part[at] for at in whole]
    return copied


def _move(write: sqlite3.Connection, model: _Model, name: str, copied: Sequence[Placed]) -> None:
    identity = model.fingerprint
    passing("tables", "DELETE FROM vectors")
    write.execute("DELETE FROM vectors WHERE fingerprint = ?", (identity,))
    write.executemany(
        "INSERT INTO vectors (fingerprint, position, key, crc) VALUES (?, ?, ?, ?)",
        [(identity, row, key, crc) for row, (_, key, crc) in enumerate(copied)],
    )
    write.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name_of_file(identity), name))
    if copied:
        write.execute("UPDATE models SET rows = ? WHERE fingerprint = ?", (len(copied), identity))
    else:
        write.execute("DELETE FROM models WHERE fingerprint = ?", (identity,))


def _drop_rows(write: sqlite3.Connection, keep: Keep) -> None:
    passing("tables", "DELETE FROM kept")
    write.executemany("DELETE FROM kept WHERE rule = ? AND key = ?", _idle(write, keep))
    write.execute(f"DELETE FROM pictures WHERE {_LOOSE}")  # noqa: S608
    write.execute(f"DELETE FROM collections WHERE name IN ({_EMPTY})")  # noqa: S608


@contextmanager
def _clean(database: Database, made: Sequence[Path]) -> Iterator[None]:
    """Delete new files that did not come into use: of a run that was killed before, and of this one if it fails."""
    remove(made)
    try:
        yield
    except BaseException:
        # An interrupt may come between the commit and here, and then they are in use.
        with database.snapshot() as read:
            used = set(files_in_use(read).values())
        remove(path for path in made if path.name not in used)
        raise


def _sync(folder: Path) -> None:
    """Wait until the disk knows the new names; Windows has no such thing for a folder."""
    if os.name == "posix":
        passing("file", folder)
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
