"""The Chroma index against the record: a copy of it is opened, in a process of its own, and only if nobody else writes.

Run as a module it compares one store: `python -m workbench.doctor.store_index STORE COPY` prints what it has to say.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disk import scratch, scratch_room
from workbench.doctor.checking import Check, Said, note, ok, problem
from workbench.doctor.processes import Ended, run_apart
from workbench.doctor.reading import RECORD, Store, locked, tables
from workbench.doctor.store_place import holder
from workbench.doctor.store_record import identity_of
from workbench.doctor.store_vectors import read_rows
from workbench.index.chroma_client import chroma_folder
from workbench.index.compact import files_in_use
from workbench.index.leftovers import size_of
from workbench.iris import import_jsonschema

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

__all__ = ["CHECKS"]

_SECONDS = 120.0
_SAMPLE = 16
_ANEW = "Make it anew from the record, without embedding: `wb.rebuild_index()`."


def _index(store: Store) -> Iterator[Said]:
    folder = chroma_folder(store.path)
    writer = holder(store.path)
    if not folder.is_dir():
        yield note("There is no Chroma index; only other tools and engine='hnsw' need one.", _ANEW)
    elif writer is not None and writer.get("pid") != store.asker:
        yield note("The Chroma index was not looked at: another process writes to the store.")
    elif locked(store.path / "chroma.lock"):
        yield note("The Chroma index was not looked at: it is being filled.")
    else:
        place, free = scratch_room()
        if free < 2 * size_of(folder):
            yield note(f"The Chroma index was not looked at: there is no room in {place} for a copy.")
        else:
            yield from _apart(store.path)


def _apart(path: Path) -> Iterator[Said]:
    try:
        with scratch() as copy:  # lent here, since a process that Chroma ends would leave it behind
            told = run_apart("workbench.doctor.store_index", path, copy, seconds=_SECONDS)
    except Ended as error:
        yield problem(f"The Chroma index cannot be read: {error}.", _ANEW)
        return
    for said in json.loads(told):
        yield Said(*said)


def compare(path: Path, copy: Path) -> Iterator[Said]:
    """Compare a store's Chroma index with its record, by a copy in an empty folder."""
    with tables(path / RECORD) as read:
        shutil.copytree(chroma_folder(path), copy, symlinks=True, dirs_exist_ok=True)
        if not _whole(copy / "chroma.sqlite3"):
            yield problem("The tables of the Chroma index are damaged or gone.", _ANEW)
            return
        yield from _opened(Store(path, read, os.getpid()), copy)


def _whole(file: Path) -> bool:
    """Look at the tables before Chroma does, which makes new ones in an empty file."""
    if not file.exists() or not file.stat().st_size:
        return False
    try:
        with tables(file) as read:
            return bool(read.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def _opened(store: Store, copy: Path) -> Iterator[Said]:
    import_jsonschema()
    import chromadb

    from workbench.index.chroma_settings import client_settings

    client = chromadb.PersistentClient(path=str(copy), settings=client_settings())
    try:
        there = {one.name for one in client.list_collections()}
        wrong, rows = [], 0
        for name, fingerprint in store.all("SELECT name, fingerprint FROM collections"):
            wanted = store.all("SELECT id, key FROM chunks WHERE collection = ? ORDER BY position", name)
            rows += len(wanted)
            if wanted and name not in there:
                wrong.append(note(f"The Chroma index does not have the collection {name} yet.", _ANEW))
            elif wanted:
                index = client.get_collection(name, embedding_function=None)
                wrong += _collection(store, index, fingerprint, wanted)
        yield from wrong or [ok(f"The Chroma index has the {rows} chunks of the record, with the same vectors.")]
    finally:
        client.close()  # type: ignore[attr-defined]


def _collection(store: Store, index: Collection, fingerprint: str, wanted: list[tuple[Any, ...]]) -> Iterator[Said]:
    from workbench.index.chroma import legal
    from workbench.index.rows import read_text

    keys = {legal(read_text(name)): key for name, key in wanted}
    there = set(index.get(include=[])["ids"])
    if there != set(keys):
        lacking, more = len(keys.keys() - there), len(there - keys.keys())
        yield note(
            f"The Chroma collection {index.name} is behind: {lacking} chunks are missing, {more} are gone by now. It "
            "is brought up to date when the corpus is next opened.",
            _ANEW,
        )
        return
    names = list(keys)
    sample = [names[at] for at in np.unique(np.linspace(0, len(names) - 1, _SAMPLE).astype(int))]
    page = index.get(ids=sample, include=["embeddings"])
    found = dict(zip(page["ids"], np.asarray(page["embeddings"]), strict=True))
    right = _vectors(store, identity_of(fingerprint), [keys[name] for name in sample])
    if not all(np.allclose(found[name], right[keys[name]], 1e-4, 1e-5) for name in sample if keys[name] in right):
        yield problem(f"The Chroma collection {index.name} has other vectors than the record.", _ANEW)


def _vectors(store: Store, identity: str, keys: list[bytes]) -> dict[bytes, np.ndarray]:
    """Give those of a model's vectors that are there; what is lost is told by the checks of the record."""
    widths = dict(store.all("SELECT fingerprint, dimensions FROM models"))
    asked = ", ".join("?" * len(keys))
    places = store.all(
        f"SELECT key, position FROM vectors WHERE fingerprint = ? AND key IN ({asked})",  # noqa: S608 - marks alone
        identity,
        *keys,
    )
    file = store.path / "vectors" / files_in_use(store.read).get(identity, "")
    if not file.is_file():
        return {}
    found = {key: read_rows(file, widths[identity], place, 1) for key, place in places}
    return {key: rows[0] for key, rows in found.items() if len(rows)}


CHECKS = (Check("chroma", _index),)

if __name__ == "__main__":
    json.dump([*compare(Path(sys.argv[1]), Path(sys.argv[2]))], sys.stdout)
