"""The durable record: chunks and their vectors, committed batch by batch. It is the truth; Chroma is made from it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import StoreDamaged
from workbench.index.database import Database
from workbench.index.fingerprint import canonical, collection_name, fingerprint_id
from workbench.index.vector_file import VectorFile
from workbench.records import Chunk

__all__ = ["Collection", "Record", "Row"]


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


class Record:
    """The record of one store; safe to use from several threads.

    Parameters
    ----------
    folder
        The store.
    writable
        False in a process that is not the store's writer.
    """

    def __init__(self, folder: Path, writable: bool) -> None:
        self.folder = folder
        self.writable = writable
        self.notes: list[str] = []
        self._database = Database(folder / "record.sqlite3", writable)
        self._positions: dict[str, dict[bytes, int]] = {}
        if writable:
            (folder / "vectors").mkdir(exist_ok=True)
            self._forget_lost_vectors()

    # Vectors ----------------------------------------------------------------------------------------------------

    def known(self, fingerprint: str, keys: Sequence[bytes]) -> np.ndarray:
        """Tell which keys have a vector, bool (n,)."""
        positions = self._read_positions(fingerprint)
        return np.fromiter((key in positions for key in keys), dtype=bool, count=len(keys))

    def vectors(self, fingerprint: str, keys: Sequence[bytes]) -> np.ndarray:
        """Give the vectors of keys, float32 (n, d), in their order; a view of the file where they lie in a row.

        Raises
        ------
        StoreDamaged
            A key has no vector, or the file is cut off.
        """
        file = self._file(fingerprint)
        if file is None or not len(keys):
            if len(keys):
                raise StoreDamaged(f"The store {self.folder} has no vectors of that model; embed first.")
            return np.empty((0, file.dimensions if file else 0), dtype=np.float32)
        positions = self._read_positions(fingerprint)
        try:
            rows = np.fromiter((positions[key] for key in keys), dtype=np.int64, count=len(keys))
        except KeyError:
            raise StoreDamaged(f"The store {self.folder} lacks a vector that was asked for; embed first.") from None
        return file.read(rows)

    def dimensions(self, fingerprint: str) -> int | None:
        """Give the length of a model's vectors; None before its first."""
        found = self._database.query("SELECT dimensions FROM models WHERE fingerprint = ?", (fingerprint,))
        return int(str(found[0][0])) if found else None

    def models(self) -> list[dict[str, object]]:
        """List the fingerprints that have vectors here."""
        return [json.loads(str(row[0])) for row in self._database.query("SELECT description FROM models")]

    def commit_batch(
        self,
        fingerprint: Mapping[str, object],
        keys: Sequence[bytes],
        vectors: np.ndarray,
        collection: Collection | None = None,
        rows: Sequence[Row] = (),
        adopted: str | None = None,
    ) -> None:
        """Store vectors with their keys, and the chunks they belong to, all or nothing.

        Parameters
        ----------
        fingerprint
            Of the model.
        keys
            n keys; those that are known already are passed over.
        vectors
            float32 (n, d), checked.
        collection, rows
            Chunk rows to write in the same transaction.
        adopted
            Fingerprint id of the engine version whose vectors these are.
        """
        identity = fingerprint_id(fingerprint)
        with self._database.lock:
            fresh = ~self.known(identity, keys)
            keys = [key for key, new in zip(keys, fresh, strict=True) if new]
            vectors = vectors[fresh]
            file, start = self._file(identity), self._count(identity)
            file = file or VectorFile(self._path(identity), vectors.shape[1])
            file.write(start, vectors)
            with self._database.transaction() as write:
                write.execute(
                    "INSERT OR IGNORE INTO models (fingerprint, description, dimensions, adopted) VALUES (?, ?, ?, ?)",
                    (identity, canonical(fingerprint), vectors.shape[1], adopted),
                )
                write.executemany(
                    "INSERT INTO vectors VALUES (?, ?, ?, ?)",
                    [
                        (key, identity, start + at, zlib.crc32(vector.tobytes()))
                        for at, (key, vector) in enumerate(zip(keys, vectors, strict=True))
                    ],
                )
                write.execute("UPDATE models SET rows = ? WHERE fingerprint = ?", (start + len(keys), identity))
                if collection is not None:
                    _write_rows(write, collection, rows)
            self._positions.setdefault(identity, {}).update({key: start + at for at, key in enumerate(keys)})

    def _read_positions(self, fingerprint: str) -> dict[bytes, int]:
        with self._database.lock:
            held = self._positions.setdefault(fingerprint, {})
            # Positions only grow: what is new, from this process or another, lies behind what is held.
            fresh = self._database.query(
                "SELECT key, position FROM vectors WHERE fingerprint = ? AND position >= ?", (fingerprint, len(held))
            )
            held.update(fresh)  # type: ignore[arg-type]
            return held

    def _count(self, fingerprint: str) -> int:
        found = self._database.query("SELECT rows FROM models WHERE fingerprint = ?", (fingerprint,))
        return int(str(found[0][0])) if found else 0

    def _path(self, fingerprint: str) -> Path:
        return self.folder / "vectors" / f"{fingerprint[:12]}.f32"

    def _file(self, fingerprint: str) -> VectorFile | None:
        dimensions = self.dimensions(fingerprint)
        return VectorFile(self._path(fingerprint), dimensions) if dimensions else None

    def _forget_lost_vectors(self) -> None:
        """Take out rows whose vectors are missing from the file, so that they are embedded again."""
        for identity, dimensions, rows in self._database.query("SELECT fingerprint, dimensions, rows FROM models"):
            there = VectorFile(self._path(str(identity)), int(str(dimensions))).rows
            if there < int(str(rows)):
                with self._database.transaction() as write:
                    write.execute("DELETE FROM vectors WHERE fingerprint = ? AND position >= ?", (identity, there))
                    write.execute("UPDATE models SET rows = ? WHERE fingerprint = ?", (there, identity))
                self.notes.append(
                    f"{int(str(rows)) - there} stored vectors were missing from {self._path(str(identity)).name}; "
                    "they are embedded again when they are needed."
                )

    # Chunks -----------------------------------------------------------------------------------------------------

    def stored(self, collection: str) -> dict[str, tuple[bytes, int]]:
        """Give, by chunk id, the vector's key and the row's stamp as they were last committed."""
        rows = self._database.query("SELECT id, key, stamp FROM chunks WHERE collection = ?", (collection,))
        return {row[0]: (row[1], row[2]) for row in rows}  # type: ignore[index,misc]

    def rows(self, collection: str) -> list[Row]:
        """Give the committed chunks of a collection in order, with the keys of their vectors."""
        found = self._database.query(
            'SELECT position, id, document, ordinal, start, "end", text, metadata, key FROM chunks '
            "WHERE collection = ? ORDER BY position",
            (collection,),
        )
        return [Row(at, Chunk(*rest[:6], json.loads(rest[6])), rest[7]) for at, *rest in found]  # type: ignore[arg-type,call-arg]

    def chunks(self, collection: str) -> tuple[Chunk, ...]:
        """Give the committed chunks of a collection in order."""
        return tuple(row.chunk for row in self.rows(collection))

    def collections(self) -> list[Collection]:
        """List the collections."""
        found: list[Any] = self._database.query("SELECT name, corpus, model, chunking, fingerprint FROM collections")
        return [Collection(*row[:3], json.loads(row[3]), json.loads(row[4])) for row in found]  # type: ignore[call-arg]

    def write_rows(self, collection: Collection, rows: Sequence[Row]) -> None:
        """Write chunk rows whose vectors are known already."""
        with self._database.transaction() as write:
            _write_rows(write, collection, rows)

    def remove_rows(self, collection: str, ids: Sequence[str]) -> None:
        """Take chunks out of a collection; their vectors stay."""
        with self._database.transaction() as write:
            write.executemany("DELETE FROM chunks WHERE collection = ? AND id = ?", [(collection, one) for one in ids])

    # Layouts ----------------------------------------------------------------------------------------------------

    def execute(self, statement: str, values: tuple[object, ...]) -> None:
        """Run one statement in a transaction of its own."""
        with self._database.transaction() as write:
            write.execute(statement, values)

    def query(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """Give all rows of a SELECT."""
        return self._database.query(statement, values)

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _write_rows(write: Any, collection: Collection, rows: Sequence[Row]) -> None:
    write.execute(
        "INSERT OR IGNORE INTO collections VALUES (?, ?, ?, ?, ?)",
        (
            collection.name,
            collection.corpus,
            collection.model,
            canonical(collection.chunking),
            canonical(collection.fingerprint),
        ),
    )
    write.executemany(
        "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                collection.name,
                row.chunk.id,
                row.position,
                row.chunk.document,
                row.chunk.ordinal,
                row.chunk.start,
                row.chunk.end,
                row.chunk.text,
                json.dumps(dict(row.chunk.metadata)),
                row.key,
                row.stamp,
            )
            for row in rows
        ],
    )
