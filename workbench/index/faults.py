"""What the disk and SQLite say when something goes wrong, put into a sentence that says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.disk import is_full, measured
from workbench.errors import NotWritten, StoreDamaged, StoreError, StoreFull, StoreLocked

__all__ = ["told"]

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT}
"""A wrong schema is SQLITE_ERROR: the file is a database, but not one of ours."""
_ROOM = "What was committed before is safe. Make room on that disk, or choose another folder with store=."


@contextmanager
def told(folder: Path, needed: int | None = None) -> Iterator[None]:
    """Raise what goes wrong inside as a `StoreError` that names the store's folder.

    Parameters
    ----------
    folder
        The store.
    needed
        Bytes that are to be written, as far as they are known.

    Raises
    ------
    StoreDamaged
        SQLite cannot make sense of the file.
    StoreLocked
        This process may only read.
    StoreFull
        The disk is full or failing.
    StoreError
        The folder cannot be written, another process is busy, or the store was closed meanwhile.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _of_sqlite(error, folder, needed) from error
    except NotWritten:
        raise
    except OSError as error:
        raise _of_system(error, folder, needed) from error


def _of_system(error: OSError, folder: Path, needed: int | None) -> StoreError:
    if is_full(error):
        return StoreFull(
            f"The disk that holds the store {folder} is full ({error.strerror}): {measured(folder, needed)}. {_ROOM}"
        )
    return StoreError(
        f"The store {folder} cannot be used ({error.strerror or error}). What was committed before is kept as it is. "
        "See to the folder, or choose another one with store=."
    )


def _of_sqlite(error: sqlite3.Error, folder: Path, needed: int | None) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    kind = None if code is None else code & 0xFF
    if kind in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreError(f"The record in {folder} is busy in another process ({error}). Try again in a moment.")
    if kind in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return StoreFull(
            f"The disk that holds the store {folder} is full or failing ({error}): {measured(folder, needed)}. {_ROOM}"
        )
    if kind == sqlite3.SQLITE_READONLY:
        return StoreLocked(
            f"The store {folder} can only be read by this process ({error}). Close the other notebook and call "
            "wb.refresh(), or choose another folder with store=."
        )
    if kind in _DAMAGE:
        return StoreDamaged(
            f"The record in {folder} cannot be read: {error}. When its writer opens it again, it is set aside and a "
            "new one is begun."
        )
    if kind is None and "closed" in str(error):
        return StoreError(f"The store {folder} was closed while it was in use. Open it again: make the Workbench anew.")
    return StoreError(
        f"The record in {folder} cannot be used ({error}). See to the folder, or choose another one with store=."
    )
