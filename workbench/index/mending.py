"""A look at what the record says of models and collections, when its writer opens it: what is unsound is taken out.

SQLite finds torn pages, not a changed byte in a value. Both kinds of row carry a name that is a digest of the rest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.index.aside import set_aside
from workbench.index.database import Database
from workbench.index.fingerprint import fingerprint_id
from workbench.index.positions import count_loss, name_of_file, vector_path
from workbench.index.rows import Collection, collection_of
from workbench.index.strangers import is_own_file
from workbench.index.vector_file import VectorFile

__all__ = ["drop_chunks", "drop_torn", "in_order", "mend", "torn_note"]

_ENDS = 16
"""Vectors at each end of a file whose checksums are compared; all others are compared when they are first used."""
_LONGEST = 1 << 20
"""Numbers in a vector; more is damage."""
_ORDERED = ("models", "vectors", "collections", "kept", "pictures")
"""Tables that are quickly looked through. That of the chunks is large, and is looked at when it is read."""
_AGAIN = "they are embedded again when they are needed."


def mend(database: Database, folder: Path) -> list[str]:
    """Take out what cannot be trusted, and say what it was, a sentence each.

    Parameters
    ----------
    database
        The record's tables, open to be written.
    folder
        The store.
    """
    notes = list(_mend_order(database))
    models: list[Any] = database.query("SELECT fingerprint, description, dimensions, rows FROM models")
    notes += [note for values in models for note in _mend_model(database, folder, *values)]
    if notes:
        with database.transaction() as write:
            write.execute("DELETE FROM vectors WHERE fingerprint NOT IN (SELECT fingerprint FROM models)")
    return notes + list(_mend_collections(database))


def in_order(ids: Sequence[str | bytes]) -> bool:
    """Tell whether ids come as SQLite sorts them: all text, then all bytes, each by its bytes."""
    try:
        keys = [(isinstance(one, bytes), one if isinstance(one, bytes) else one.encode()) for one in ids]
    except (AttributeError, UnicodeEncodeError):
        return False  # neither text nor bytes, or text that is damaged
    return all(before < after for before, after in pairwise(keys))


def drop_chunks(database: Database) -> str:
    """Take out the record's copy of all chunks; gives a sentence about it.

    Among rows that are out of order SQLite finds neither those it looks for nor those it is to take out.
    """
    with database.transaction() as write:
        write.execute("DELETE FROM chunks")
    return (
        f"The copy of the chunks in {database.path.name} was damaged. They are written again from the sources when "
        "they are next embedded; no vector is lost."
    )


def drop_torn(database: Database, fingerprint: str, positions: list[object], file: Path) -> str:
    """Take out vectors that are not what was committed; gives a sentence about it."""
    with database.transaction() as write:
        write.executemany(
            "DELETE FROM vectors WHERE fingerprint = ? AND position IS ?", [(fingerprint, at) for at in positions]
        )
        count_loss(write)
    return torn_note(file, len(positions)) + _AGAIN


def torn_note(file: Path, count: int) -> str:
    """Say how many vectors of a file are not what was committed."""
    return f"{count} stored vectors in {file.name} were damaged; "


def _mend_order(database: Database) -> Iterator[str]:
    """Put rows back in order, among which SQLite would find no more what it looks for; its quick check passes them."""
    for table in _ORDERED:
        if database.query(f"PRAGMA integrity_check({table})") != [("ok",)]:
            rows = database.query(f"SELECT * FROM {table}")  # noqa: S608 - the names are ours
            plain = [tuple(map(_plain, row)) for row in rows]
            marks = ", ".join("?" * len(rows[0]))
            with database.transaction() as write:
                write.execute(f"DELETE FROM {table}")  # noqa: S608
                write.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", plain)  # noqa: S608
                count_loss(write)
            yield (
                f"Rows of the table {table} in {database.path.name} were out of order, and were put back. What is lost "
                "is made again when it is needed."
            )


def _mend_model(
    database: Database, folder: Path, identity: Any, description: Any, dimensions: Any, rows: Any
) -> Iterator[str]:
    if not _names_itself(identity, description):
        with database.transaction() as write:
            write.execute("DELETE FROM models WHERE CAST(fingerprint AS BLOB) IS CAST(? AS BLOB)", (_plain(identity),))
        yield f"What the record in {folder} said of a model was damaged. If its vectors are gone with it, {_AGAIN}"
        return
    with database.snapshot() as read:
        path = vector_path(read, folder / "vectors", identity)
    if not _fits(dimensions, rows) or not _is_of_that_model(database, VectorFile(path, dimensions), identity):
        _forget(database, identity)
        aside = set_aside(path)
        yield f"The vectors in {path.name} cannot be read any more. They were set aside as {aside}; {_AGAIN}"
        return
    whole = min(rows, VectorFile(path, dimensions).rows)
    if whole < rows:
        _forget(database, identity, whole)
        yield f"{rows - whole} stored vectors were missing from {path.name}; {_AGAIN}"
        return
    stray: list[Any] = database.query(
        "SELECT position FROM vectors WHERE fingerprint = ? AND NOT position < ?", (identity, rows)
    )
    if stray:
        yield drop_torn(database, identity, [at for (at,) in stray], path)


def _names_itself(identity: Any, description: Any) -> bool:
    try:
        return bool(fingerprint_id(json.loads(description)) == identity)
    except (TypeError, ValueError, AttributeError, RecursionError, WorkbenchError):
        return False


def _fits(dimensions: Any, rows: Any) -> bool:
    return isinstance(dimensions, int) and 0 < dimensions <= _LONGEST and isinstance(rows, int) and rows >= 0


def _is_of_that_model(database: Database, file: VectorFile, identity: str) -> bool:
    """Whether a vector at either end is what was committed; a file that is not there is of any model."""
    if not os.path.lexists(file.path):
        return True
    if not is_own_file(file.path):  # what a link leads to may belong to somebody else
        return False
    ends: list[Any] = [
        pair
        for order in ("ASC", "DESC")
        for pair in database.query(
            f"SELECT position, crc FROM vectors WHERE fingerprint = ? ORDER BY position {order} LIMIT {_ENDS}",  # noqa: S608
            (identity,),
        )
    ]
    there = [pair for pair in ends if isinstance(pair[0], int) and pair[0] < file.rows]
    return not there or any(file.sound(there))


def _forget(database: Database, identity: str, whole: int = 0) -> None:
    """Take out all but the first vectors of a model; with none left the model goes too, since its row may be wrong."""
    with database.transaction() as write:
        write.execute("DELETE FROM vectors WHERE fingerprint = ? AND NOT position < ?", (identity, whole))
        write.execute("UPDATE models SET rows = ? WHERE fingerprint = ?", (whole, identity))
        if not whole:
            write.execute("DELETE FROM models WHERE fingerprint = ?", (identity,))
            write.execute("DELETE FROM meta WHERE name = ?", (name_of_file(identity),))
        count_loss(write)


def _mend_collections(database: Database) -> Iterator[str]:
    for values in database.query("SELECT name, corpus, model, chunking, fingerprint FROM collections"):
        found, name = collection_of(values), _plain(values[0])
        if found is None or found != Collection.of(found.corpus, found.model, found.chunking, found.fingerprint):
            with database.transaction() as write:
                write.execute("DELETE FROM collections WHERE CAST(name AS BLOB) IS CAST(? AS BLOB)", (name,))
                write.execute("DELETE FROM chunks WHERE CAST(collection AS BLOB) IS CAST(? AS BLOB)", (name,))
            yield (
                f"What the record said of the collection {_legible(values[0])} was damaged. Its chunks are written "
                "again from the sources when it is next embedded; no vector is lost."
            )


def _plain(value: object) -> object:
    """Give a value as SQLite takes it: of damaged text, its bytes."""
    try:
        return value if not isinstance(value, str) else value.encode().decode()
    except UnicodeEncodeError:
        return str(value).encode("utf-8", "surrogateescape")


def _legible(value: object) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode()
