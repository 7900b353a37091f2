"""Stores of earlier versions as text, and files made of them again: `python -m tests.faults.kept_store NAME`."""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.faults.kept_corpus import DOCUMENTS, QUESTIONS, STRANGE, KeptModel
from workbench import Workbench
from workbench.index.fingerprint import fingerprint_id, text_key
from workbench.index.record import Collection, Row
from workbench.index.store import open_store

KEPT = Path(__file__).parent / "kept"
ROW = 32 * 4
"""Bytes of a vector: one line of hex digits."""


def restore(name: str, folder: Path) -> None:
    """Make the files of a kept store."""
    (folder / "vectors").mkdir(parents=True)
    with closing(sqlite3.connect(folder / "record.sqlite3")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript((KEPT / name / "record.sql").read_text("utf-8"))
    for file in (KEPT / name / "vectors").iterdir():
        (folder / "vectors" / f"{file.stem}.f32").write_bytes(bytes.fromhex(file.read_text("ascii")))


def dump(folder: Path) -> str:
    """Give the tables of a store as statements that make them."""
    with closing(sqlite3.connect(folder / "record.sqlite3")) as database:
        return "\n".join(database.iterdump()) + "\n"


def keep(name: str) -> None:
    """Make a store with the workbench as it is now, and write it down with what it gives."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "store"
        wb = Workbench(list(DOCUMENTS), store=folder, model=KeptModel(), llm="extractive")
        wb.embed(chunk_size=8, chunk_overlap=2)
        wb.embed(chunk_size="document")
        wb.map(method="umap")
        told = {
            "chunks": wb.chunks.to_dict("records"),
            "found": {one: [[passage.chunk.id, passage.score] for passage in wb.search(one)] for one in QUESTIONS},
            "map": [[*row] for row in wb.projection.coordinates.tolist()],
            "trust": wb.projection.trust,
        }
        wb.close()
        _add_half_characters(folder)
        kept = KEPT / name
        (kept / "vectors").mkdir(parents=True)
        (kept / "record.sql").write_text(dump(folder), "utf-8")
        (kept / "told.json").write_text(json.dumps(told, indent=1) + "\n", "ascii")
        for file in (folder / "vectors").iterdir():
            data = file.read_bytes()
            lines = [data[at : at + ROW].hex() for at in range(0, len(data), ROW)]
            (kept / "vectors" / f"{file.stem}.txt").write_text("\n".join(lines) + "\n", "ascii")


def _add_half_characters(folder: Path) -> None:
    """Store a chunk with half characters, as file names that are not UTF-8 have them: they are kept as bytes."""
    model, store = KeptModel(), open_store(folder)
    collection = Collection.of(STRANGE.document, model.id, {"size": "as found"}, model.fingerprint())
    key = text_key(fingerprint_id(model.fingerprint()), "document", STRANGE.text)
    vectors = model.embed([STRANGE.text], "document")
    store.record.commit_batch(model.fingerprint(), [key], vectors, collection, [Row(0, STRANGE, key)])
    store.close()


if __name__ == "__main__":
    keep(sys.argv[1])
