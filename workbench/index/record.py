"""The durable record: chunks and their vectors, committed batch by batch. It is the truth; Chroma is made from it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import StoreDamaged, StoreError
from workbench.index.database import Database, refuse_orphans
from workbench.index.faults import told
from workbench.index.fingerprint import fingerprint_id
from workbench.index.lock import refused
from workbench.index.mending import drop_chunks, drop_torn, in_order, mend, torn_note
from workbench.index.positions import Place, Positions
from workbench.index.rows import (
    Collection,
    Row,
    collection_of,
    delete_rows,
    insert_model,
    insert_rows,
    insert_vectors,
    read_text,
    room_of,
    row_of,
    size_of,
)
from workbench.index.vector_file import VectorFile
from workbench.paths import make_private
from workbench.records import Chunk

__all__ = ["Collection", "Record", "Row"]


class Record:
    """The record of one store; safe to use from several threads.

    Parameters
    ----------
    folder
        The store.
    writable
        False in a process that is not the store's writer.
    holds
        Asked before each commit: whether this process still holds the store's lock.

    Attributes
    ----------
    notes
        What was found missing or damaged, when it was opened or when it was first used, a sentence each.
    """

    def __init__(self, folder: Path, writable: bool, holds: Callable[[], bool] = lambda: True) -> None:
        self.folder = folder
        self._holds = holds
        self._may_write = False
        self.notes: list[str] = []
        self._writing = threading.RLock()
        if writable:
            refuse_orphans(folder)
        self._database = Database(folder / "record.sqlite3", writable)
        self._positions = Positions(self._database, folder / "vectors")
        if writable:
            try:
                self._begin_writing()
            except BaseException:
                self.close()
                raise

    def become_writer(self) -> None:
        """Open the record for writing, in the process that now holds the store's lock; readers go on meanwhile."""
        refuse_orphans(self.folder)
        self._database.reopen(writable=True)
        self._positions.forget()
        self._begin_writing()

    def refresh(self) -> None:
        """Follow the writer if it has begun a new record; its commits are seen without this."""
        if self._database.follow(self.writable):
            self._positions.forget()

    @property
    def writable(self) -> bool:
        """Whether this process may write: it was opened for that, and nobody has taken the lock away since."""
        return self._may_write and self._holds()

    @property
    def missing(self) -> bool:
        """Whether the record that is open is no longer in the folder: a person has deleted it."""
        return self._database.missing

    # Vectors ----------------------------------------------------------------------------------------------------

    def known(self, fingerprint: str, keys: Sequence[bytes]) -> np.ndarray:
        """Tell which keys have a vector, bool (n,)."""
        place = self._place(fingerprint)
        rows = place.rows if place else {}
        return np.fromiter((key in rows for key in keys), dtype=bool, count=len(keys))

    def vectors(self, fingerprint: str, keys: Sequence[bytes]) -> np.ndarray:
        """Give the vectors of keys, float32 (n, d), in their order; a view of the file where they lie in a row.

        Raises
        ------
        StoreDamaged
            A key has no vector, or the file is cut off.
        """
        place = self._place(fingerprint)
        if not len(keys):
            return np.empty((0, place.file.dimensions if place else 0), dtype=np.float32)
        if place is None:
            raise StoreDamaged(f"The store {self.folder} has no vectors of that model; embed first.")
        try:
            rows = np.fromiter((place.rows[key] for key in keys), dtype=np.int64, count=len(keys))
        except KeyError:
            raise StoreDamaged(f"The store {self.folder} lacks a vector that was asked for; embed first.") from None
        try:
            return place.file.read(rows)
        except (StoreDamaged, FileNotFoundError):
            if not self._positions.moved(fingerprint, place):
                raise
        return self.vectors(fingerprint, keys)

    def dimensions(self, fingerprint: str) -> int | None:
        """Give the length of a model's vectors; None before its first."""
        found = self.query("SELECT dimensions FROM models WHERE fingerprint = ?", (fingerprint,))
        return int(str(found[0][0])) if found else None

    def models(self) -> list[dict[str, object]]:
        """List the fingerprints that have vectors here."""
        return [json.loads(str(text)) for (text,) in self.query("SELECT description FROM models")]

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
            n keys; those that are known already, or were named before in the batch, are passed over.
        vectors
            float32 (n, d), checked.
        collection, rows
            Chunk rows to write in the same transaction.
        adopted
            Fingerprint id of the engine version whose vectors these are.

        Raises
        ------
        StoreLocked
            This process may only read.
        StoreFull
            The disk is full or failing.
        StoreError
            d is not what it was for this model.
        """
        self._require_writable()
        identity = fingerprint_id(fingerprint)
        # Not the database's lock: searches go on while the disk takes the vectors.
        needed = vectors.nbytes + room_of(rows) + sum(map(len, keys))
        with self._writing, told(self.folder, needed):
            keys, vectors = self._fresh(identity, keys, vectors)
            start = self._count(identity)
            VectorFile(self._positions.path(identity), vectors.shape[1]).write(start, vectors)
            with self._database.transaction(needed) as write:
                insert_model(write, identity, fingerprint, vectors.shape[1], start + len(keys), adopted)
                insert_vectors(write, identity, start, keys, vectors)
                if collection is not None:
                    insert_rows(write, collection, rows)

    def _fresh(self, identity: str, keys: Sequence[bytes], vectors: np.ndarray) -> tuple[list[bytes], np.ndarray]:
        """Give what is not stored yet, each key once."""
        known = self.dimensions(identity)
        if known is not None and vectors.shape[1] != known:
            raise StoreError(
                f"Vectors of {vectors.shape[1]} numbers were to be stored in {self.folder} beside {known} of the same "
                "model. Nothing was stored. The model has changed under its name: choose it again, or another one."
            )
        place = self._place(identity)
        held = place.rows if place else {}
        first: dict[bytes, int] = {}
        for at, key in enumerate(keys):
            if key not in held:
                first.setdefault(key, at)
        return list(first), np.ascontiguousarray(vectors[list(first.values())], dtype="<f4")

    def _place(self, fingerprint: str) -> Place | None:
        """Give where a model's vectors lie, those that are torn taken out and told of."""
        with self._database.lock:
            place = self._positions.of(fingerprint)
            if place is None or not place.torn:
                return place
            torn, place.torn = place.torn, []
            if self.writable:
                self.notes.append(drop_torn(self._database, fingerprint, torn, place.file.path))
                return self._positions.of(fingerprint)
            note = (
                torn_note(place.file.path, len(torn)) + "they are left out until the store's writer embeds them again."
            )
            self.notes += [note] if note not in self.notes else []
            return place

    def _count(self, fingerprint: str) -> int:
        found = self._database.query("SELECT rows FROM models WHERE fingerprint = ?", (fingerprint,))
        return int(str(found[0][0])) if found else 0

    # Chunks -----------------------------------------------------------------------------------------------------

    def stored(self, collection: str) -> dict[str, tuple[bytes, int]]:
        """Give, by chunk id, the vector's key and the row's stamp as they were last committed."""
        rows: list[Any] = self._database.query("SELECT id, key, stamp FROM chunks WHERE collection = ?", (collection,))
        if self.writable and not in_order([name for name, _, _ in rows]):
            self.notes.append(drop_chunks(self._database))
            return {}
        return {read_text(name): (key, stamp) for name, key, stamp in rows}

    def rows(self, collection: str) -> list[Row]:
        """Give the committed chunks of a collection in order, with the keys of their vectors."""
        columns = 'position, id, document, ordinal, start, "end", text, metadata, key'
        statement = f"SELECT {columns} FROM chunks WHERE collection = ? ORDER BY position"  # noqa: S608 - ours alone
        return [row_of(values) for values in self._database.query(statement, (collection,))]

    def chunks(self, collection: str) -> tuple[Chunk, ...]:
        """Give the committed chunks of a collection in order."""
        return tuple(row.chunk for row in self.rows(collection))

    def collections(self) -> list[Collection]:
        """List the collections."""
        found = self._database.query("SELECT name, corpus, model, chunking, fingerprint FROM collections")
        return [collection for values in found if (collection := collection_of(values)) is not None]

    def write_rows(self, collection: Collection, rows: Sequence[Row]) -> None:
        """Write chunk rows whose vectors are known already, and the collection itself."""
        self._require_writable()
        with self._database.transaction(room_of(rows)) as write:
            insert_rows(write, collection, rows)

    def remove_rows(self, collection: str, ids: Sequence[str]) -> int:
        """Take chunks out of a collection, and say how many were there; their vectors stay."""
        self._require_writable()
        with self._database.transaction() as write:
            return delete_rows(write, collection, ids)

    # Anything else ----------------------------------------------------------------------------------------------

    def execute(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Run one statement for each row, all in a transaction of their own."""
        self._require_writable()
        with self._database.transaction(sum(map(size_of, rows))) as write:
            write.executemany(statement, rows)

    @contextmanager
    def alone(self) -> Iterator[Database]:
        """Lend the database while nothing else in this process writes; raises StoreLocked in a reader."""
        self._require_writable()
        with self._writing, told(self.folder):
            yield self._database

    def query(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """Give all rows of a SELECT."""
        return self._database.query(statement, values)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    # Opening ----------------------------------------------------------------------------------------------------

    def _require_writable(self) -> None:
        if not self.writable:
            raise refused(self.folder, lost=self._may_write)

    def _begin_writing(self) -> None:
        with told(self.folder):
            make_private(self.folder / "vectors")
            self._may_write = True
            if self._database.lost_commits:
                said = f"The log of the record in {self.folder} was damaged, and its last commits are lost."
                self.notes.append(f"{said} What they held is embedded again when it is needed.")
            self.notes += mend(self._database, self.folder)
