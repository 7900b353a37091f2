"""What a Chroma index was filled with, and what its files were then: one that has changed since is made anew."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import suppress
from pathlib import Path

from workbench.index.chroma_client import chroma_folder, set_index_aside
from workbench.index.chroma_files import TABLES, filled_bytes, reading
from workbench.index.faults import told
from workbench.index.strangers import is_own_file, strangers_aside
from workbench.seam import passing

__all__ = ["Filled"]

_PIECE = 1 << 20
_FORM = "2"
"""Of the files' digest: what an earlier version noted in another says nothing of how they are now."""
_SEGMENTS = (
    "SELECT segments.id, (SELECT count(*) FROM embeddings WHERE segment_id = segments.id) "
    "FROM segments JOIN collections ON collection = collections.id WHERE name = ? ORDER BY segments.id"
)


class Filled:
    """The note beside a Chroma index that says what it was filled with.

    Parameters
    ----------
    store
        Folder of the store.
    collection
        Name of the collection.
    """

    def __init__(self, store: Path, collection: str) -> None:
        self._store = store
        self._collection = collection
        self._note = chroma_folder(store) / f"{collection}.filled"

    def read(self) -> tuple[str, str]:
        """Give the digest of what it was filled with, and that of its files then; empty where nothing is known."""
        if not is_own_file(self._note):
            return "", ""
        try:
            state, _, files = self._note.read_text(encoding="utf-8").partition("\n")
        except (OSError, ValueError):
            return "", ""
        return state, files if files.startswith(f"{_FORM}, ") else ""

    def write(self, state: str) -> None:
        """Note what it is filled with now."""
        content = f"{state}\n{self.contents()}"
        with told(self._store, len(content)):
            passing("file", self._note)
            self._note.touch(mode=0o600)
            self._note.write_text(content, encoding="utf-8")

    def forget(self) -> list[str]:
        """Take the note away, before the index is changed; gives a sentence if it was no file."""
        notes = strangers_aside(self._note.parent, [self._note.name])
        with told(self._store), suppress(NotADirectoryError):
            passing("file", self._note)
            self._note.unlink(missing_ok=True)
        return notes

    def contents(self) -> str:
        """Give rows, sizes and CRC-32 of what Chroma keeps of the collection's vectors; empty if it is unreadable.

        Its tables change whenever they are opened; of these the rows are counted.
        """
        folder = chroma_folder(self._store)
        if not is_own_file(folder / TABLES):
            return ""
        try:
            with reading(folder) as tables:
                segments = tables.execute(_SEGMENTS, (self._collection,)).fetchall()
            found = [_FORM, *(f"{count} rows" for _, count in segments)]
            for name, _ in segments:
                found += _seen_of(folder / str(name))
        except (OSError, sqlite3.Error):
            return ""
        return ", ".join(found)

    def set_index_aside(self) -> str:
        """Rename the whole index, and give its new name; raises as `chroma_client.set_index_aside`."""
        return set_index_aside(self._store)


def _seen_of(segment: Path) -> list[str]:
    if not segment.exists():
        return []
    files = sorted(segment.iterdir())
    strange = [file for file in files if not is_own_file(file)]
    if strange:
        raise FileNotFoundError(strange[0])  # a pipe would be waited for without end
    filled = filled_bytes(segment)
    return [_seen(file, filled.get(file.name)) for file in files]


def _seen(file: Path, filled: int | None) -> str:
    size = file.stat().st_size
    left, checksum = size if filled is None else filled, 0
    with file.open("rb") as stream:
        while piece := stream.read(min(_PIECE, left)):
            left, checksum = left - len(piece), zlib.crc32(piece, checksum)
    return f"{file.name} {size} {checksum:08x}"
