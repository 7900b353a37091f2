"""Reading a store without changing a byte of it, whoever writes to it meanwhile."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.disk import scratch

__all__ = ["RECORD", "Store", "locked", "tables"]

RECORD = "record.sqlite3"


@dataclass(frozen=True)
class Store:
    """What the checks of a store are given.

    Attributes
    ----------
    path
        The folder.
    read
        All SELECTs on the record, as of one moment.
    asker
        Process that asked, which may itself be the writer.
    """

    path: Path
    read: sqlite3.Connection
    asker: int

    def all(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Give all rows of a SELECT."""
        return self.read.execute(statement, values).fetchall()


@contextmanager
def tables(file: Path) -> Iterator[sqlite3.Connection]:
    """Open SQLite tables to be read, in one snapshot, and nothing beside them is made or touched.

    SQLite would write into the index of a write-ahead log, make it where there is none, and fold the log in. With
    `readonly_shm` it reads what the writer keeps; without a log nobody has the file open, and it is `immutable`.
    """
    log, index = (file.with_name(f"{file.name}-{part}") for part in ("wal", "shm"))
    if log.exists() and not index.exists():  # copied from elsewhere, or saved from a crash
        with scratch() as folder:
            for one in (file, log):
                shutil.copy(one, folder)
            with _connected(folder / file.name, "mode=rw") as connection:
                yield connection
        return
    with _connected(file, "mode=ro&readonly_shm=1" if log.exists() else "mode=ro&immutable=1") as connection:
        yield connection


@contextmanager
def _connected(file: Path, options: str) -> Iterator[sqlite3.Connection]:
    address = f"{file.absolute().as_uri()}?{options}"
    with closing(sqlite3.connect(address, uri=True, timeout=1, isolation_level=None)) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        yield connection


def locked(path: Path) -> bool | None:
    """Tell whether a process holds a lock file or a folder; None where the system does not say. Nothing is changed."""
    if not path.exists():
        return False
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    opened = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(opened)  # and the lock with it
    return False
