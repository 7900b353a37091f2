"""What an uninterrupted run has in its store, to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.doubles import WordModel
from tests.index.helpers import chunks, expected, stored
from workbench.index.fingerprint import fingerprint_id
from workbench.index.record import Record, Row
from workbench.index.store import Store, open_store

__all__ = ["NOTHING", "Whole", "check_chunks", "read_whole", "whole_of"]

_ROUNDED = 1e-6
"""A transformer adds up in another order when a text stands beside longer ones."""


@dataclass(frozen=True)
class Whole:
    """Rows by collection, and vectors by key."""

    rows: dict[str, list[Row]]
    vectors: dict[bytes, bytes]

    @property
    def keys(self) -> set[bytes]:
        """Keys of the chunks' vectors; those of questions are left out."""
        return {row.key for rows in self.rows.values() for row in rows}

    def check_vectors(self, expected: Mapping[bytes, bytes], *, exact: bool) -> None:
        """See that the vectors are the expected ones: to the bit, or within the rounding of batches cut otherwise."""
        if exact:
            assert all(expected[key] == vector for key, vector in self.vectors.items())
        elif self.vectors:
            wanted = b"".join(expected[key] for key in self.vectors)
            there = b"".join(self.vectors.values())
            np.testing.assert_allclose(np.frombuffer(there, "<f4"), np.frombuffer(wanted, "<f4"), rtol=0, atol=_ROUNDED)


NOTHING = Whole({}, {})


def check_chunks(store: Store, count: int) -> None:
    """See that the record is sound and holds so many chunks, with the vectors of a `WordModel`."""
    ids, vectors = stored(store, WordModel())
    assert ids == [one.id for one in chunks(count)]
    np.testing.assert_array_equal(vectors, expected(chunks(count)))
    assert store.record.query("PRAGMA integrity_check") == [("ok",)]


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
