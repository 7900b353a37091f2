"""Stores, chunks and processes for the tests of the record."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from tests.doubles import WordModel
from workbench.index.chroma import fill
from workbench.index.embedding import Collection, embed_chunks, plan
from workbench.index.fingerprint import fingerprint_id, text_key
from workbench.index.store import Store
from workbench.models import prepare
from workbench.records import Chunk, EmbedPlan, EmbedReport

if TYPE_CHECKING:
    import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def chunk(number: int, text: str | None = None, **metadata) -> Chunk:
    """Give chunk `number` of a document; its text is its own unless it is given."""
    text = f"text number {number} of llamas and {number * 7} camels" if text is None else text
    return Chunk(f"doc:{number}", "doc", number, 0, len(text), text, {"source": "doc.md", **metadata})


def chunks(count: int) -> tuple[Chunk, ...]:
    return tuple(chunk(number) for number in range(count))


def collection_of(model, size: object = 64, corpus: str = "camelids") -> Collection:
    return Collection.of(corpus, model.id, {"size": size, "overlap": 0}, model.fingerprint())


def identity_of(model) -> str:
    return fingerprint_id(model.fingerprint())


def embed(
    store: Store,
    model,
    items: Sequence[Chunk],
    collection: Collection | None = None,
    corpus: str = "camelids",
    **options,
) -> EmbedReport:
    options = {"cancel": Event(), "progress": lambda done, total: None, **options}
    return embed_chunks(store, model, collection or collection_of(model, corpus=corpus), items, **options)


def keys_of(model, items: Sequence[Chunk]) -> list[bytes]:
    identity = identity_of(model)
    return [text_key(identity, "document", sent) for sent in prepare(model, [one.text for one in items], "document")]


def planned(store: Store, model, items: Sequence[Chunk]) -> EmbedPlan:
    return plan(store.record, collection_of(model), items, keys_of(model, items))


def vectors_of(store: Store, model, items: Sequence[Chunk]) -> np.ndarray:
    return store.record.vectors(identity_of(model), keys_of(model, items))


def stored(store: Store, model) -> tuple[list[str], np.ndarray]:
    """Give ids and vectors of the collection, as they stand in the record."""
    rows = store.record.rows(collection_of(model).name)
    return [row.chunk.id for row in rows], store.record.vectors(identity_of(model), [row.key for row in rows])


def counts(report: EmbedPlan | EmbedReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.gone, report.reused


def expected(items: Sequence[Chunk], model=None) -> np.ndarray:
    """Give the vectors that the model makes, computed anew by another one of its kind."""
    model = model or WordModel()
    return type(model)(model.dimensions).embed(prepare(model, [one.text for one in items], "document"), "document")


class Process:
    """Another interpreter that runs a script of ours, told and heard line by line."""

    def __init__(self, script: str, *args: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script, *map(str, args)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def say(self, line: str) -> str:
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> str:
        return self.process.stdout.readline().strip()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def chroma_settings():
    from chromadb.config import Settings

    return Settings(_env_file=None, anonymized_telemetry=False)


def filled(store, model):
    return fill(str(store.path), collection_of(model).name)


def filled_in_a_child(store, model, folder=None, **environment):
    """Fill as the session does, in a process that may die of a damaged index; gives what it printed and said."""
    code = "import sys; from workbench.index.chroma import fill; print(fill(sys.argv[1], sys.argv[2]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(store.path), collection_of(model).name],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip(), done.stderr
