"""What an uninterrupted run has in its store, to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.index.fingerprint import fingerprint_id
from workbench.index.record import Record, Row
from workbench.index.store import open_store

__all__ = ["NOTHING", "Whole", "read_whole"]


@dataclass(frozen=True)
class Whole:
    """Rows by collection, and vectors by key."""

    rows: dict[str, list[Row]]
    vectors: dict[bytes, bytes]

    @property
    def keys(self) -> set[bytes]:
        """Keys of the chunks' vectors; those of questions are left out."""
        return {row.key for rows in self.rows.values() for row in rows}


NOTHING = Whole({}, {})


def read_whole(store: Path) -> Whole:
    """Read a store that nobody has open."""
    opened = open_store(store)
    try:
        return whole_of(opened.record)
    finally:
        opened.close()


def whole_of(record: Record) -> Whole:
    """Give what a record holds."""
    rows, vectors = {}, {}
    for collection in record.collections():
        rows[collection.name] = record.rows(collection.name)
        keys = [row.key for row in rows[collection.name]]
        found = record.vectors(fingerprint_id(collection.fingerprint), keys)
        vectors.update((key, np.asarray(vector).tobytes()) for key, vector in zip(keys, found, strict=True))
    return Whole(rows, vectors)
