"""Collections of the Chroma index that the record does not have. Dropping runs in a child process, as `chroma.fill`."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

from workbench.index.chroma_client import chroma_folder, local_client
from workbench.seam import passing

__all__ = ["drop", "surplus"]

_OURS = """
SELECT name FROM collections JOIN collection_metadata ON collections.id = collection_id WHERE key = 'fingerprint'
"""
"""Only what we made: a person may keep collections of their own beside ours."""


def surplus(store: Path, wanted: Collection[str]) -> tuple[str, ...]:
    """Give the names of our collections in a Chroma index that are not wanted; none where it cannot be read.

    Its tables are looked at without Chroma, which takes seconds to import.
    """
    file = chroma_folder(store) / "chroma.sqlite3"
    if not file.exists():
        return ()
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as tables:
            return tuple(sorted({name for (name,) in tables.execute(_OURS)} - set(wanted)))
    except sqlite3.Error:
        return ()  # the next filling sets a damaged index aside


def drop(store: str, names: Sequence[str]) -> int:
    """Delete collections of a store's Chroma index; gives how many were there.

    Raises
    ------
    StoreError
        Another process fills, or the index cannot be read.
    """
    with local_client(Path(store)) as client:
        there = {found.name for found in client.list_collections()} & set(names)
        for name in sorted(there):
            passing("index", "delete_collection")
            client.delete_collection(name)
    return len(there)
