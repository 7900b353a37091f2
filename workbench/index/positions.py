"""Where each vector lies: which file, which row of it, by the vector's key."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.index.database import Database
from workbench.index.vector_file import VectorFile

__all__ = ["MOVED", "Place", "Positions", "default_name", "name_of_file"]

MOVED = "INSERT INTO meta VALUES ('losses', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
"""Tells every process that the positions it holds are no longer true."""
_FILE = "file "
"""Before a fingerprint: the name in `meta` of the file that its vectors were moved to."""


def name_of_file(fingerprint: str) -> str:
    """Give the name in `meta` under which a model's file stands, once its vectors were moved."""
    return f"{_FILE}{fingerprint}"


def default_name(fingerprint: str) -> str:
    """Give the name of a model's first file."""
    return f"{fingerprint[:12]}.f32"


@dataclass
class Place:
    """A model's file and its rows by key, as of one moment."""

    file: VectorFile
    rows: dict[bytes, int] = field(default_factory=dict)


class Positions:
    """The places of all vectors, read once and then only what is new.

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
        self._moves = ""

    def forget(self) -> None:
        """Read everything anew: the database is another one."""
        self._held = {}

    def of(self, fingerprint: str) -> Place | None:
        """Give a model's file and the row of each of its vectors; None before its first."""
        with self._database.snapshot() as read:
            moves = str(read.execute("SELECT value FROM meta WHERE name = 'losses'").fetchall())
            if moves != self._moves:
                self._moves, self._held = moves, {}
            if fingerprint not in self._held:
                file = self._file(read, fingerprint)
                if file is None:
                    return None
                self._held[fingerprint] = Place(file)
            held = self._held[fingerprint]
            # Where nothing was moved, rows only grow: what is new, from any process, lies behind what is held.
            held.rows.update(
                read.execute(
                    "SELECT key, position FROM vectors WHERE fingerprint = ? AND position >= ?",
                    (fingerprint, len(held.rows)),
                ).fetchall()
            )
            return held

    def moved(self, fingerprint: str, place: Place) -> bool:
        """Whether a model's vectors are in another file by now."""
        now = self.of(fingerprint)
        return now is None or now.file.path != place.file.path

    def path(self, fingerprint: str) -> Path:
        """Give the file that a model's vectors lie in, or will."""
        with self._database.snapshot() as read:
            return self._folder / _name(read, fingerprint)

    def _file(self, read: Any, fingerprint: str) -> VectorFile | None:
        found = read.execute("SELECT dimensions FROM models WHERE fingerprint = ?", (fingerprint,)).fetchone()
        return VectorFile(self._folder / _name(read, fingerprint), int(found[0])) if found else None


def _name(read: Any, fingerprint: str) -> str:
    found = read.execute("SELECT value FROM meta WHERE name = ?", (name_of_file(fingerprint),)).fetchone()
    return str(found[0]) if found else default_name(fingerprint)
