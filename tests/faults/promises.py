"""What must hold in a store after a kill, and after the run that follows it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import numpy as np

from tests.faults.campaign import Campaign, Heard, Place
from tests.faults.lives import BATCH
from tests.faults.whole import Whole, whole_of
from workbench.index.layouts import _load
from workbench.index.record import Record
from workbench.index.store import open_store

__all__ = ["look", "look_at_the_end"]

_LOST = 0.01
"""Share of vectors that an approximate index may not find by themselves."""
_SET_ASIDE = ("The Chroma index could not be used.", "The Chroma index was not as it was left.")
"""What may be said of an index; the second only after a kill, which may hit Chroma while it rewrites its files."""


def look(place: Place, heard: Heard, before: Whole, after: Whole) -> None:
    """Look at a store that was left by a kill: nothing acknowledged is lost, and nothing is half there."""
    opened = open_store(place.store)
    try:
        assert opened.writable
        assert opened.notes == []
        there = whole_of(opened.record)  # raises where a row has no vector
        _check_rows(there, before, after)
        there.check_vectors({**before.vectors, **after.vectors}, exact=place.exact)
        _check_acknowledged(opened.record, heard, before, after)
        _check_pictures(opened.record, heard, before, after)
        _check_vectors(opened.record)
    finally:
        opened.close()
    _check_integrity(place.store / "record.sqlite3")


def look_at_the_end(campaign: Campaign, place: Place, lives: list[Heard], before: Whole, after: Whole) -> int:
    """Look at a store after the last run: all is as if nothing had happened. Gives how many texts were read twice."""
    look(place, lives[-1], before, after)
    opened = open_store(place.store)
    there = whole_of(opened.record)
    keys = {key for (key,) in opened.record.query("SELECT key FROM vectors")}
    opened.close()
    assert there.rows == after.rows
    assert after.keys <= keys
    twice = _check_sent(lives, before, after, any_batch=not place.exact)
    assert lives[-1].last("error") == ""
    assert all(note.startswith(_SET_ASIDE[: 2 if lives[0].killed else 1]) for note in lives[-1].last("notes"))
    assert not list(place.store.glob("record.*damaged*"))
    if place.exact:
        for file in (campaign.whole_store(place) / "vectors").iterdir():
            assert (place.store / "vectors" / file.name).read_bytes() == file.read_bytes()
    _check_index(campaign, place, before, after)
    return twice


def _check_rows(there: Whole, before: Whole, after: Whole) -> None:
    """Each row is of one generation or the other, and no row of the old one has gone before the new one is whole."""
    for name, rows in there.rows.items():
        allowed = {(row.chunk.id, row.key) for whole in (before, after) for row in whole.rows.get(name, ())}
        listed = [(row.chunk.id, row.key) for row in rows]
        assert set(listed) <= allowed
        assert len({one for one, _ in listed}) == len(listed)
    for name, rows in before.rows.items():
        ids = {row.chunk.id for row in there.rows[name]}
        new = {row.chunk.id for row in after.rows[name]}
        assert {row.chunk.id for row in rows} <= ids or ids == new


def _check_acknowledged(record: Record, heard: Heard, before: Whole, after: Whole) -> None:
    """All that the life has said to be stored is stored."""
    for rows in before.rows.values():
        assert all(_known(record, (row.key for row in rows)))
    stored = heard.last("embedded", heard.last("stored", 0) if heard.stage == "embed" else 0)
    for rows in after.rows.values():
        assert rows in before.rows.values() or sum(_known(record, (row.key for row in rows))) >= stored


def _known(record: Record, keys: Iterable[bytes]) -> list[bool]:
    stored = {key for (key,) in record.query("SELECT key FROM vectors")}
    return [key in stored for key in keys]


def _check_pictures(record: Record, heard: Heard, before: Whole, after: Whole) -> None:
    """A stored picture is whole, and of exactly the chunks that some run embedded; one that was told is there."""
    generations = {
        (tuple(row.chunk.id for row in rows), tuple(row.key for row in rows))
        for whole in (before, after)
        for rows in whole.rows.values()
    }
    kinds = set()
    for collection, parameters in record.query("SELECT collection, parameters FROM pictures"):
        found = _load(record, collection, json.loads(parameters))
        assert found is not None
        about, keys, arrays = found
        assert (tuple(about["ids"]), keys) in generations
        assert all(len(array) in {len(keys), 2} or name == "mean" for name, array in arrays.items())
        kinds.add(json.loads(parameters).get("method", "neighbours"))
    if heard.last("pictured"):
        assert kinds == {"pca", "umap", "neighbours"}


def _check_vectors(record: Record) -> None:
    """No vector is stored twice, and the file holds all that the tables name."""
    assert record.query("SELECT count(*) FROM vectors") == record.query("SELECT count(DISTINCT key) FROM vectors")
    for identity, dimensions, rows in record.query("SELECT fingerprint, dimensions, rows FROM models"):
        assert record.query("SELECT count(*), max(position) FROM vectors WHERE fingerprint = ?", (identity,)) == [
            (rows, rows - 1)
        ]
        assert (record.folder / "vectors" / f"{identity[:12]}.f32").stat().st_size >= rows * dimensions * 4


def _check_integrity(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _check_sent(lives: list[Heard], before: Whole, after: Whole, any_batch: bool) -> int:
    """The model has read each text once, but for what was under way when it was killed; gives how many it has not."""
    wanted = len(after.keys - before.keys)
    twice = sum(sum(life.sent) for life in lives) - wanted
    # Where the model runs here, two batches are under way at a time.
    under_way = [sum(sorted(life.sent)[-2:]) if any_batch else BATCH for life in lives if life.killed]
    assert 0 <= twice <= (sum(under_way) if wanted else 0)
    return twice


def _check_index(campaign: Campaign, place: Place, before: Whole, after: Whole) -> None:
    """Chroma, read by itself, holds the record's ids, texts and vectors, and finds them."""
    _check_integrity(place.store / "chroma" / "chroma.sqlite3")
    heard = campaign.read(place)
    told = {line["collection"]: line for line in heard.lines if "collection" in line}
    (current,) = set(after.rows) - set(before.rows) or set(after.rows)
    assert {current} <= set(told) <= set(after.rows)  # those of other corpora follow when they are next filled
    assert told[current]["sync"] == place.life["sync"]
    for name, line in told.items():
        rows = after.rows[name]
        with np.load(place.root / f"{name}.npz") as file:
            texts = dict(zip(file["ids"].tolist(), file["texts"].tolist(), strict=True))
            vectors = dict(zip(file["ids"].tolist(), file["vectors"], strict=True))
        assert texts == {row.chunk.id: row.chunk.text for row in rows}
        expected = np.stack([np.frombuffer(after.vectors[row.key], dtype="<f4") for row in rows])
        np.testing.assert_allclose(np.stack([vectors[row.chunk.id] for row in rows]), expected, atol=1e-6)
        assert line["count"] == len(rows)
        assert line["lost"] <= _LOST * len(rows)
