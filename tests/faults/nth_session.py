"""Workbenches that do all their work at once on the caller's thread, and a look at what one leaves in its store."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.doubles import WordModel
from workbench import Workbench
from workbench.index.chroma_settings import client_settings
from workbench.index.fingerprint import fingerprint_id
from workbench.index.store import open_store

if TYPE_CHECKING:
    import pytest

TEXTS = {
    "llama.md": "The llama carries loads in the high Andes. It hums when it is worried, and it spits when annoyed. "
    "Herds follow one leader. Their feet do no harm to the paths of stone.",
    "alpaca.md": "The alpaca gives fine wool. Its fleece has many natural colours. It is shorn once a year. "
    "Families weave the yarn into blankets.",
    "camel.txt": "The camel crosses the desert. It stores fat in its hump. It drinks a hundred litres at once. "
    "Its lashes keep out the sand.",
    "vicuna.txt": "The vicuna lives wild on the plains. Its wool is the finest of all. It is caught and let go again.",
}
SIZE, OVERLAP = 8, 2


class Here:
    """Stands where a child process does, and works in this one, where the fault is armed."""

    started = False

    def run(self, function: Callable[..., Any], /, *args: Any, **_: Any) -> Any:
        return function(*args)

    def warm(self, *_: Any) -> None:
        pass

    def close(self) -> None:
        """Forget what a process that ends would forget."""
        from chromadb.api.shared_system_client import SharedSystemClient

        SharedSystemClient.clear_system_cache()


class Inline(Workbench):
    """A workbench whose jobs and children run inside the call."""

    mode_of_lanes = "inline"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.children = {name: Here() for name in self.children}
        self.choose(chunk_size=SIZE, chunk_overlap=OVERLAP)


def write_texts(folder: Path, texts: dict[str, str] = TEXTS) -> Path:
    """Make the folder hold these texts and nothing else."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def opened(corpus: Path, store: Path, model: WordModel | None = None) -> Inline:
    return Inline(corpus, store=store, model=model or WordModel(), llm="extractive")


def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have files that are gone afterwards put into a folder of this test, and give it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def check_idle(wb: Workbench, fault: object) -> None:
    """See that nothing runs any more and that every lane says how it ended."""
    assert {name for name, lane in wb.lanes.items() if lane.busy} == set(), fault
    assert [one for one in wb.progress.values() if one.state == "running"] == [], f"{fault}: {wb.progress} {wb.error}"
    check_threads(fault)


def check_threads(fault: object) -> None:
    """See that no thread of ours is left; one that has been told to end is given a moment."""
    left = [thread for thread in threading.enumerate() if thread.name.startswith(("workbench", "ollama"))]
    for thread in left:
        thread.join(5)
    assert [thread.name for thread in left if thread.is_alive()] == [], fault


def check_tables(store: Path, fault: object) -> None:
    """See that SQLite finds nothing wrong with the record, where there is one yet."""
    file = store / "record.sqlite3"
    if not file.exists() or not file.stat().st_size:
        return
    connection = sqlite3.connect(file)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], fault
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == [], fault
    finally:
        connection.close()


def contents(store: Path) -> dict[str, Any]:
    """Give all rows of the record with their vectors, collection by collection."""
    found = open_store(store)
    try:
        assert found.notes == []
        made = {}
        for collection in found.record.collections():
            rows = found.record.rows(collection.name)
            identity = fingerprint_id(collection.fingerprint)
            made[collection.name] = (rows, np.array(found.record.vectors(identity, [row.key for row in rows])))
        pictures = found.record.query("SELECT collection, parameters FROM pictures ORDER BY 1, 2")
        return {"collections": made, "pictures": pictures}
    finally:
        found.close()


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two stores hold the same rows, to the bit of every vector."""
    mine, theirs = one["collections"], other["collections"]
    return (
        one["pictures"] == other["pictures"]
        and mine.keys() == theirs.keys()
        and all(mine[name][0] == theirs[name][0] and np.array_equal(mine[name][1], theirs[name][1]) for name in mine)
    )


def index_rows(store: Path) -> dict[str, dict[str, tuple[str, tuple[float, ...]]]]:
    """Give what any other tool finds in the Chroma index: by collection and id, the text and the vector."""
    import chromadb

    client = chromadb.PersistentClient(path=str(store / "chroma"), settings=client_settings())
    try:
        made = {}
        for listed in client.list_collections():
            page = client.get_collection(listed.name, embedding_function=None).get(include=["documents", "embeddings"])
            made[listed.name] = {
                name: (text, tuple(np.round(vector, 5).tolist()))
                for name, text, vector in zip(page["ids"], page["documents"], page["embeddings"], strict=True)
            }
        return made
    finally:
        client.close()
