"""The SQLite side of the record: opened, checked, and never half written."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from weakref import WeakSet

from workbench.errors import StoreDamaged, StoreError
from workbench.index.faults import told
from workbench.index.schema import COLUMNS, TABLES, VERSION
from workbench.index.strangers import is_own_file
from workbench.index.wal import committed_frames
from workbench.seam import passing

__all__ = ["Database", "refuse_orphans"]

_WAIT = 1.0
"""Seconds that a statement waits for another process's commit, and a reader for the tables to be made."""
_LOOK = 0.05
_EMPTY = 100_000
"""Bytes of a record without rows: its tables, their log, and the log's index."""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


_guard = threading.RLock()
_open: WeakSet[Database] = WeakSet()
_kept_still: list[Database] = []


class Database:
    """One connection to a record's tables, shared by the threads of a process under a lock.

    Parameters
    ----------
    path
        The .sqlite3 file; made if it is not there and `writable`.
    writable
        False for a process that may only read.

    Attributes
    ----------
    lost_commits
        Whether its log was damaged when the writer opened it: SQLite reads it up to there.

    Raises
    ------
    StoreDamaged
        The file is not a database, or not one of ours.
    StoreError
        It was written by a newer version of the workbench, or there is none to be read.
    """

    def __init__(self, path: Path, writable: bool) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.lost_commits = False
        self._connection = self._open(writable)
        self._file = path.stat().st_ino
        with _guard:
            _open.add(self)

    def reopen(self, writable: bool) -> None:
        """Open the file of that name anew; the connection stays what it was if that fails."""
        fresh = self._open(writable)
        with self.lock:
            self._connection.close()
            self._connection, self._file = fresh, self.path.stat().st_ino

    def follow(self, writable: bool) -> bool:
        """Open the file anew if it is another one now, and tell whether; raises if a newer workbench has it by now."""
        replaced = self.replaced
        if replaced:
            self.reopen(writable)
        with self.lock, told(self.path.parent):
            self._check_version(self._connection)
        return replaced

    @property
    def replaced(self) -> bool:
        """Whether the file of that name is another one now: set aside by the writer, or deleted and begun anew."""
        return self.path.exists() and self.missing

    @property
    def missing(self) -> bool:
        """Whether the file that is open is no longer the one of that name."""
        try:
            return self.path.stat().st_ino != self._file
        except OSError:
            return True

    @contextmanager
    def transaction(self, needed: int | None = None, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """Commit all that is done inside, about `needed` bytes, or nothing of it.

        `durable` waits until losing power cannot undo it.
        """
        with self.lock, told(self.path.parent, needed):
            passing("tables", "BEGIN")
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                passing("tables", "COMMIT")
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk makes SQLite roll back by itself, and a second time is an error that would hide it.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Let all SELECTs inside see one state, whatever another process commits meanwhile."""
        with self.lock, told(self.path.parent):
            outermost = not self._connection.in_transaction
            if outermost:
                self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if outermost and self._connection.in_transaction:
                    self._connection.execute("COMMIT")

    def shrink(self) -> None:
        """Give the room of what was deleted back to the disk."""
        with self.lock, told(self.path.parent):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def query(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """Give all rows of a SELECT."""
        with self.lock, told(self.path.parent):
            passing("tables", statement)
            return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the connection; the write-ahead log is folded in."""
        with self.lock:
            self._connection.close()

    def _open(self, writable: bool) -> sqlite3.Connection:
        if writable:
            self._make()
        else:
            self._await()
        with told(self.path.parent, _EMPTY if writable else None):
            connection = self._connect()
            # Damaged text is read as what it is: an error would keep all that is sound from being read too.
            connection.text_factory = _text
            try:
                if writable:
                    self._prepare(connection)
                else:
                    connection.execute("PRAGMA query_only = ON")
                    self._check_version(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: opening must not make an empty file, which would look like a record without tables.
        address = f"{self.path.absolute().as_uri()}?mode=rw"
        passing("tables", address)
        return sqlite3.connect(address, uri=True, timeout=_WAIT, isolation_level=None, check_same_thread=False)

    def _make(self) -> None:
        """Make the file for its owner alone: it holds the texts of all documents. SQLite keeps the mode for its log."""
        if not self.path.exists():
            with told(self.path.parent, _EMPTY):
                passing("file", self.path)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))

    def _await(self) -> None:
        """Wait until the writer, which may have started a moment ago, has made the tables."""
        until = time.monotonic() + _WAIT
        while not (self.path.exists() and self.path.stat().st_size and self._has_tables()):
            if time.monotonic() > until:
                raise StoreError(
                    f"The store {self.path.parent} holds no record yet, and only its writer can make one. Try again "
                    "in a moment, or choose another folder with store=."
                )
            time.sleep(_LOOK)

    def _has_tables(self) -> bool:
        with told(self.path.parent):
            connection = self._connect()
            try:
                return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone())
            finally:
                connection.close()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        logged = committed_frames(self.path.with_name(f"{self.path.name}-wal"))
        # Looked at first: a file that is not ours, or newer than we are, stays as it is to the byte.
        if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table'").fetchone():
            self._check_version(connection)
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise StoreDamaged(f"The record {self.path} cannot be read: {found}.")
        self._check_header(connection)
        read = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]  # -1 where there is no log
        self.lost_commits = max(0, read) < logged
        passing("tables", "PRAGMA journal_mode")
        connection.execute("PRAGMA journal_mode = WAL")
        # In WAL mode NORMAL survives a killed process; losing power loses the last commits, never more.
        connection.execute("PRAGMA synchronous = NORMAL")
        passing("tables", "CREATE TABLE")
        connection.executescript(f"BEGIN;{TABLES}COMMIT;")
        for table, columns in COLUMNS.items():
            connection.execute(f"SELECT {columns} FROM {table} LIMIT 0")  # noqa: S608 - the names are ours

    def _check_header(self, connection: sqlite3.Connection) -> None:
        """See that SQLite will write the file: of one whose header was changed it says that it can only be read.

        SQLite itself is asked. Whoever opens and closes the file beside it gives its locks back, and the process that
        closes next takes the log away while another one still writes to it.
        """
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY and os.access(self.path, os.W_OK):
                raise StoreDamaged(f"The record {self.path} does not begin as one.") from error
            raise

    def _check_version(self, connection: sqlite3.Connection) -> None:
        row = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        if row is None or not str(row[0]).isdecimal():
            raise StoreDamaged(f"The record {self.path} does not say its version.")
        if int(row[0]) < VERSION:
            raise StoreDamaged(f"The record {self.path} has format {row[0]}, from before format {VERSION}.")
        if int(row[0]) > VERSION:
            raise StoreError(
                f"The store {self.path.parent} was written by a newer workbench (format {row[0]}; this one reads up to "
                f"{VERSION}). Update the workbench, or choose another folder with store=."
            )


def refuse_orphans(folder: Path) -> None:
    """Say that vectors without a record are damage: beginning anew in their place would write over them."""
    record, vectors = folder / "record.sqlite3", folder / "vectors"
    if os.path.lexists(record) and not is_own_file(record):
        raise StoreDamaged(f"The record {record} is no file of its own.")
    empty = not record.exists() or not record.stat().st_size
    if empty and vectors.is_dir() and any(vectors.iterdir()):
        raise StoreDamaged(f"The record {record} is empty, though there are vectors beside it.")


# SQLite must not be carried across a fork: the child would believe that it holds its parent's locks, and what it
# opened then would not be safe either. So a fork waits until no statement runs, and the child closes what it has.


def _before_fork() -> None:
    _guard.acquire()
    _kept_still.extend(_open)
    for database in _kept_still:
        database.lock.acquire()


def _after_fork(*, child: bool) -> None:
    for database in _kept_still:
        if child:
            database.close()
        database.lock.release()
    _kept_still.clear()
    _guard.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=partial(_after_fork, child=False),
        after_in_child=partial(_after_fork, child=True),
    )
