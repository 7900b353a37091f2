"""Chunks as rows of the record: which collection they belong to, where they stand, which vector is theirs."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import StoreDamaged
from workbench.index.fingerprint import canonical, collection_name, fingerprint_id
from workbench.records import Chunk
from workbench.seam import passing

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "COLUMNS",
    "Collection",
    "Row",
    "collection_of",
    "columns_of",
    "delete_rows",
    "insert_model",
    "insert_rows",
    "insert_vectors",
    "read_text",
    "room_of",
    "row_of",
    "size_of",
]

COLUMNS = 'id, position, document, ordinal, start, "end", text, metadata, key, stamp'
"""Of a chunk, in the order of `columns_of`."""


@dataclass(frozen=True)
class Collection:
    """The chunks of one corpus, cut one way, embedded by one model."""

    name: str
    corpus: str
    model: str
    chunking: Mapping[str, object]
    fingerprint: Mapping[str, object]

    @classmethod
    def of(
        cls, corpus: str, model: str, chunking: Mapping[str, object], fingerprint: Mapping[str, object]
    ) -> Collection:
        """Name the collection by what it is made of."""
        name = collection_name(corpus, chunking, model, fingerprint_id(fingerprint))
        return cls(name, corpus, model, dict(chunking), dict(fingerprint))


@dataclass(frozen=True, slots=True)
class Row:
    """A chunk at its place in a collection, with the key of its vector."""

    position: int
    chunk: Chunk
    key: bytes

    @property
    def stamp(self) -> int:
        """CRC-32 of all but text and id, to see whether the row must be written again."""
        chunk = self.chunk
        return zlib.crc32(
            json.dumps(
                [self.position, chunk.document, chunk.ordinal, chunk.start, chunk.end, dict(chunk.metadata)]
            ).encode()
        )


def insert_rows(write: sqlite3.Connection, collection: Collection, rows: Sequence[Row]) -> None:
    """Write rows inside a transaction, and their collection if it is new."""
    passing("tables", "INSERT INTO chunks")
    write.execute(
        "INSERT OR IGNORE INTO collections (name, corpus, model, chunking, fingerprint) VALUES (?, ?, ?, ?, ?)",
        (
            collection.name,
            _kept(collection.corpus),
            _kept(collection.model),
            canonical(collection.chunking),
            canonical(collection.fingerprint),
        ),
    )
    write.executemany(
        f"INSERT OR REPLACE INTO chunks (collection, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [(collection.name, *columns_of(row)) for row in rows],
    )


def insert_model(
    write: sqlite3.Connection,
    identity: str,
    fingerprint: Mapping[str, object],
    dimensions: int,
    rows: int,
    adopted: str | None,
) -> None:
    """Write inside a transaction that a model has so many vectors; `identity` is its fingerprint's id."""
    passing("tables", "INSERT INTO models")
    write.execute(
        "INSERT INTO models (fingerprint, description, dimensions, rows, adopted) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET rows = excluded.rows, adopted = coalesce(excluded.adopted, adopted)",
        (identity, canonical(fingerprint), dimensions, rows, adopted),
    )


def insert_vectors(
    write: sqlite3.Connection, fingerprint: str, start: int, keys: Sequence[bytes], vectors: np.ndarray
) -> None:
    """Write inside a transaction whose vectors lie in the file from a row on, with their checksums."""
    passing("tables", "INSERT INTO vectors")
    pairs = zip(keys, vectors, strict=True)
    write.executemany(
        "INSERT INTO vectors (fingerprint, position, key, crc) VALUES (?, ?, ?, ?)",
        [(fingerprint, at, key, zlib.crc32(vector)) for at, (key, vector) in enumerate(pairs, start)],
    )


def delete_rows(write: sqlite3.Connection, collection: str, ids: Sequence[str]) -> int:
    """Take rows out inside a transaction; gives how many there were."""
    passing("tables", "DELETE FROM chunks")
    rows = [(collection, _kept(one)) for one in ids]
    return write.executemany("DELETE FROM chunks WHERE collection = ? AND id = ?", rows).rowcount


def collection_of(values: Sequence[Any]) -> Collection | None:
    """Make a collection of its columns: name, corpus, model, chunking, fingerprint; None of damaged ones."""
    name, corpus, model, chunking, fingerprint = values
    try:
        return Collection(
            str(name), read_text(corpus), read_text(model), dict(json.loads(chunking)), dict(json.loads(fingerprint))
        )
    except (TypeError, ValueError, RecursionError):
        return None


def room_of(rows: Sequence[Row]) -> int:
    """Give about how many bytes rows take: their texts, and their keys in the row and its index."""
    return sum(len(row.chunk.text) + len(row.chunk.id) + len(row.chunk.document) + 2 * len(row.key) for row in rows)


def size_of(values: Sequence[object]) -> int:
    """Give about how many bytes the columns of one row take."""
    return sum(len(value) for value in values if isinstance(value, str | bytes))


def row_of(values: Sequence[Any]) -> Row:
    """Make a row of its columns: position, id, document, ordinal, start, end, text, metadata, key.

    Raises
    ------
    StoreDamaged
        They do not make a chunk.
    """
    at, identity, document, ordinal, start, end, text, metadata, key = values
    try:
        about = dict(json.loads(metadata))
        chunk = Chunk(read_text(identity), read_text(document), ordinal, start, end, read_text(text), about)
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreDamaged(
            f"The record's row of the chunk {read_text(identity)!r} is damaged ({error}). Embed again: it is written "
            "anew from the sources, and no vector is lost."
        ) from error
    return Row(at, chunk, key)


def read_text(value: str | bytes) -> str:
    """Give a text as it was before it was stored."""
    if not isinstance(value, bytes):
        return str(value)  # of a damaged row it may be anything
    try:
        return value.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return value.decode("utf-8", "surrogateescape")


def columns_of(row: Row) -> tuple[object, ...]:
    """Give what is stored of a row, in the order of `COLUMNS`."""
    chunk = row.chunk
    return (
        _kept(chunk.id),
        row.position,
        _kept(chunk.document),
        chunk.ordinal,
        chunk.start,
        chunk.end,
        _kept(chunk.text),
        json.dumps(dict(chunk.metadata)),
        row.key,
        row.stamp,
    )


def _kept(text: str) -> str | bytes:
    """Give bytes for what SQLite refuses as text: half a character, as in a file name that is not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text
