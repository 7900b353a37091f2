"""Collections of the Chroma index that the record does not have. Dropping runs in a child process, as `chroma.fill`."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path

from workbench.index.chroma_client import chroma_folder, local_client, names_in
from workbench.index.chroma_files import reading
from workbench.seam import passing

__all__ = ["drop", "surplus"]

_OURS = """
SELECT name FROM collections JOIN collection_metadata ON collections.id = collection_id WHERE key = 'fingerprint'
"""
"""Only what we made: a person may keep collections of their own beside ours."""


def surplus(store: Path, wanted: Collection[str]) -> tuple[str, ...]:
    """Give the names of our collections in a Chroma index that are not wanted; none where it cannot be read."""
    try:
        with reading(chroma_folder(store)) as tables:
            return tuple(sorted({name for (name,) in tables.execute(_OURS)} - set(wanted)))
    except sqlite3.Error:
        return ()  # there is none, or the next filling sets it aside


def drop(store: str, names: Sequence[str]) -> int:
    """Delete collections of a store's Chroma index; gives how many were there.

    Raises
    ------
    StoreError
        Another process fills, or the index cannot be read.
    """
    with local_client(Path(store)) as client:
        there = names_in(client) & set(names)
        for name in sorted(there):
            passing("index", "delete_collection")
            client.delete_collection(name)
    return len(there)
