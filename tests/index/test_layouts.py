"""Pictures and neighbours come back as they were, or not at all."""

from __future__ import annotations

import hashlib
import sqlite3

import numpy as np
import pytest

from workbench.errors import StoreLocked
from workbench.index.layouts import load_layout, load_neighbours, save_layout, save_neighbours
from workbench.index.record import Record
from workbench.records import Neighbours, Projection

LAYOUT = Projection(
    ("doc:0", "doc:1"),
    np.array([[0, 1], [2, 3]], dtype=np.float32),
    "umap",
    {"n_neighbors": 15},
    0.75,
    np.arange(64, dtype=np.float32),
    np.ones((2, 64), dtype=np.float32),
    np.array([0.5, 1], dtype=np.float32),
    np.array([False, True]),
)
NEIGHBOURS = Neighbours(LAYOUT.ids, np.array([[1], [0]], dtype=np.int32), np.array([[0.25], [0.25]], dtype=np.float32))
KEYS = tuple(hashlib.sha256(name.encode()).digest() for name in LAYOUT.ids)
OTHER = hashlib.sha256(b"another text").digest()


@pytest.fixture
def record(tmp_path):
    (tmp_path / "store").mkdir()
    record = Record(tmp_path / "store", writable=True)
    yield record
    record.close()


def test_a_layout_comes_back_as_it_was(record):
    save_layout(record, "one", {"method": "umap", "seed": 42}, LAYOUT, KEYS)
    stored = load_layout(record, "one", {"seed": 42, "method": "umap"})
    found = stored.layout
    assert (found.ids, found.method, found.parameters, found.trust) == (LAYOUT.ids, "umap", {"n_neighbors": 15}, 0.75)
    for array in ("coordinates", "mean", "components", "kept", "placed"):
        assert np.array_equal(getattr(found, array), getattr(LAYOUT, array))
        assert getattr(found, array).dtype == getattr(LAYOUT, array).dtype
    assert stored.keys == KEYS
    assert load_layout(record, "one", {"method": "umap", "seed": 43}) is None
    assert load_layout(record, "none", {"method": "umap", "seed": 42}) is None


def test_what_has_changed_since_is_told(record):
    save_layout(record, "one", {}, LAYOUT, KEYS)
    stored = load_layout(record, "one", {})
    assert stored.changed(LAYOUT.ids, KEYS) == set()
    assert stored.changed(("doc:0", "doc:1", "doc:2"), (KEYS[0], OTHER, OTHER)) == {"doc:1"}


def test_neighbours_come_back_as_they_were(record):
    assert load_neighbours(record, "one") is None
    save_neighbours(record, "one", NEIGHBOURS, KEYS)
    found, keys = load_neighbours(record, "one")
    assert (found.ids, keys, found.k) == (LAYOUT.ids, KEYS, 1)
    assert np.array_equal(found.indices, NEIGHBOURS.indices)
    assert np.array_equal(found.distances, NEIGHBOURS.distances)


DAMAGE = {
    "a byte": "content = zeroblob(length(content))",
    "a number too few": "content = x'00000000'",
    "no bytes": "content = ''",
    "a key": "keys = CAST(substr(keys, 2) AS BLOB)",
    "text that is no JSON": "about = '{'",
    "a list": "about = '[]'",
    "fields missing": "about = '{}'",
    "other ids": "about = replace(about, 'doc:1', 'doc:1\", \"doc:2')",
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_damaged_is_not_given(record, name):
    save_layout(record, "one", {}, LAYOUT, KEYS)
    save_neighbours(record, "one", NEIGHBOURS, KEYS)
    assert load_layout(record, "one", {}) is not None
    record.execute(f"UPDATE pictures SET {DAMAGE[name]}", [()])
    assert load_layout(record, "one", {}) is None
    assert load_neighbours(record, "one") is None


def test_nothing_is_saved_by_a_reader(record):
    reader = Record(record.folder, writable=False)
    with pytest.raises(StoreLocked):
        save_layout(reader, "any", {}, LAYOUT, KEYS)
    reader.close()


def test_an_older_record_that_is_only_read_has_no_pictures(record, tmp_path):
    with sqlite3.connect(record.folder / "record.sqlite3") as database:
        database.execute("DROP TABLE pictures")
    database.close()
    reader = Record(record.folder, writable=False)
    assert load_layout(reader, "one", {}) is None
    reader.close()
