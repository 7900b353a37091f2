"""Where each vector lies: which file, which row of it, by the vector's key; believed once its checksum was compared."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.index.database import Database
from workbench.index.vector_file import VectorFile
from workbench.seam import passing

__all__ = ["Place", "Positions", "count_loss", "name_of_file", "vector_path"]

_FILE = "file "
"""Before a fingerprint: the name in `meta` of the file that its vectors were moved to."""


def name_of_file(fingerprint: str) -> str:
    """Give the name in `meta` under which a model's file stands, once its vectors were moved."""
    return f"{_FILE}{fingerprint}"


def vector_path(read: sqlite3.Connection, folder: Path, fingerprint: str) -> Path:
    """Give the file that a model's vectors lie in, or will; `folder` is that of the vector files."""
    found = read.execute("SELECT value FROM meta WHERE name = ?", (name_of_file(fingerprint),)).fetchone()
    named = str(found[0]) if found else ""
    # A damaged name must not lead out of the folder.
    return folder / (named if named.endswith(".f32") and Path(named).name == named else f"{fingerprint[:12]}.f32")


def count_loss(write: sqlite3.Connection) -> None:
    """Tell every process, inside a transaction, that the positions it holds are no longer true."""
    passing("tables", "INSERT INTO meta")
    write.execute("INSERT INTO meta (name, value) VALUES ('losses', 1) ON CONFLICT DO UPDATE SET value = value + 1")


@dataclass
class Place:
    """A model's file and its rows by key, as of one moment.

    Attributes
    ----------
    seen
        Positions below this one were looked at.
    torn
        Those whose vector is not what was committed; whoever mends them takes them out.
    """

    file: VectorFile
    rows: dict[bytes, int] = field(default_factory=dict)
    seen: int = 0
    torn: list[object] = field(default_factory=list)


class Positions:
    """The places of all vectors, read once and then only what is new; each row is compared with its checksum first.

    File and rows are read in one snapshot: `wb.compact()`, which may run in another process, moves vectors to another
    file, and rows of one file beside the name of the other would be wrong vectors without a word.

    Parameters
    ----------
    database
        The record's tables.
    folder
        Of the vector files.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._held: dict[str, Place] = {}
        self._losses = ""

    def forget(self) -> None:
        """Read all of them anew at their next use: the database is another one."""
        self._held = {}

    def of(self, fingerprint: str) -> Place | None:
        """Give a model's file and the row of each of its sound vectors; None before its first."""
        with self._database.snapshot() as read:
            losses = str(read.execute("SELECT value FROM meta WHERE name = 'losses'").fetchall())
            if losses != self._losses:
                self._losses, self._held = losses, {}
            held = self._held.get(fingerprint) or self._first(read, fingerprint)
            if held is None:
                return None
            self._held[fingerprint] = held
            # Where nothing was lost or moved, positions only grow: what is new, from any process, lies behind.
            fresh = read.execute(
                "SELECT key, position, crc FROM vectors WHERE fingerprint = ? AND position >= ?",
                (fingerprint, held.seen),
            ).fetchall()
            if fresh:
                _take(held, fresh)
            return held

    def moved(self, fingerprint: str, place: Place) -> bool:
        """Whether a model's vectors are in another file by now."""
        now = self.of(fingerprint)
        return now is None or now.file.path != place.file.path

    def path(self, fingerprint: str) -> Path:
        """Give the file that a model's vectors lie in, or will."""
        with self._database.snapshot() as read:
            return vector_path(read, self._folder, fingerprint)

    def _first(self, read: sqlite3.Connection, fingerprint: str) -> Place | None:
        found = read.execute("SELECT dimensions FROM models WHERE fingerprint = ?", (fingerprint,)).fetchone()
        return Place(VectorFile(vector_path(read, self._folder, fingerprint), int(found[0]))) if found else None


def _take(held: Place, fresh: list[tuple[Any, Any, Any]]) -> None:
    whole = held.file.sound([(at, crc) for _, at, crc in fresh])
    for (key, at, _), sound in zip(fresh, whole, strict=True):
        if sound and isinstance(key, bytes):
            held.rows[key] = at
        else:
            held.torn.append(at)
    held.seen = 1 + max((at for _, at, _ in fresh if isinstance(at, int)), default=held.seen - 1)
