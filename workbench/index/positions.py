"""Where each vector lies: believed once the file holds, at that place, what was committed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.index.database import Database
from workbench.index.vector_file import VectorFile

__all__ = ["Positions"]


class Positions:
    """Keys and rows of the files of vectors, each row compared with its checksum when it is first heard of.

    Parameters
    ----------
    database
        The record's tables.
    file_of
        Gives the file of a fingerprint's vectors, None before the first.

    Attributes
    ----------
    torn
        By fingerprint, the positions whose vector is not what was committed; whoever mends them takes them out.
    """

    def __init__(self, database: Database, file_of: Callable[[str], VectorFile | None]) -> None:
        self._database = database
        self._file_of = file_of
        self._held: dict[str, dict[bytes, int]] = {}
        self._seen: dict[str, int] = {}
        self._losses = ""
        self.torn: dict[str, list[object]] = {}

    def forget(self) -> None:
        """Read all of them anew at their next use."""
        self._held, self._seen, self.torn = {}, {}, {}

    def of(self, fingerprint: str) -> dict[bytes, int]:
        """Give the row of each key that has a sound vector; call it under the database's lock."""
        losses = str(self._database.query("SELECT value FROM meta WHERE name = 'losses'"))
        if losses != self._losses:
            self._losses = losses
            self.forget()
        held = self._held.setdefault(fingerprint, {})
        # Without losses, positions only grow: what is new, from any process, lies behind what was seen.
        fresh: list[Any] = self._database.query(
            "SELECT key, position, crc FROM vectors WHERE fingerprint = ? AND position >= ?",
            (fingerprint, self._seen.get(fingerprint, 0)),
        )
        if fresh:
            self._take(fingerprint, held, fresh)
        return held

    def _take(self, fingerprint: str, held: dict[bytes, int], fresh: list[tuple[Any, Any, Any]]) -> None:
        file = self._file_of(fingerprint)
        whole = file.sound([(at, crc) for _, at, crc in fresh]) if file else [False] * len(fresh)
        for (key, at, _), sound in zip(fresh, whole, strict=True):
            if sound and isinstance(key, bytes):
                held[key] = at
            else:
                self.torn.setdefault(fingerprint, []).append(at)
        self._seen[fingerprint] = 1 + max((at for _, at, _ in fresh if isinstance(at, int)), default=-1)
