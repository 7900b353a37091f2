"""The SQLite side of the record: opened, checked, and never half written."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import StoreDamaged, StoreError
from workbench.index.schema import TABLES, VERSION

__all__ = ["Database"]

_WAIT = 1.0
"""Seconds that a statement waits for another process's commit."""


class Database:
    """One connection to a record's tables, shared by the threads of a process under a lock.

    Parameters
    ----------
    path
        The .sqlite3 file; made if it is not there and `writable`.
    writable
        False for a process that may only read.

    Raises
    ------
    StoreDamaged
        The file is not a database, or not one of ours.
    StoreError
        It was written by a newer version of the workbench.
    """

    def __init__(self, path: Path, writable: bool) -> None:
        self.path = path
        self.lock = threading.RLock()
        self._connection = self._open(writable)

    def _open(self, writable: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            if writable:
                connection.execute("PRAGMA journal_mode = WAL")
                # In WAL mode NORMAL survives a killed process; losing power loses the last commits, never more.
                connection.execute("PRAGMA synchronous = NORMAL")
                self._migrate(connection)
            else:
                connection.execute("PRAGMA query_only = ON")
            self._check(connection)
        except sqlite3.DatabaseError as error:
            connection.close()
            if "locked" in str(error) or "busy" in str(error):
                raise StoreError(
                    f"The record {self.path} is busy in another process. Try again in a moment."
                ) from error
            raise StoreDamaged(f"The record {self.path} cannot be read: {error}.") from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        known = connection.execute("SELECT name FROM sqlite_master WHERE name = 'meta'").fetchone()
        if known:
            self._check(connection)
        connection.executescript(f"BEGIN;{TABLES}COMMIT;")
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('version', ?)", (str(VERSION),))

    def _check(self, connection: sqlite3.Connection) -> None:
        row = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        found = int(row[0]) if row else 0
        if found > VERSION:
            raise StoreError(
                f"The store {self.path.parent} was written by a newer workbench (format {found}; this one reads up to "
                f"{VERSION}). Update the workbench, or choose another folder with store=."
            )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit all that is done inside, or nothing of it."""
        with self.lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def query(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """Give all rows of a SELECT."""
        with self.lock:
            return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the connection; the write-ahead log is folded in."""
        with self.lock:
            self._connection.close()
