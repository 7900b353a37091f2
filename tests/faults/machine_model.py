"""What the state machine works with: a model that counts what it is sent, and chunks cut with nothing remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tests.doubles import WordModel, WordTokenizer
from workbench import Workbench
from workbench.corpus import chunk_documents, load
from workbench.errors import Cancelled
from workbench.index.chroma_client import local_client
from workbench.records import Chunk

QUERY = "llama wool"


class Tokenizer(WordTokenizer):
    """Says which it is, so that boundaries and counts are kept between sessions."""

    identity = "words"


class Model(WordModel):
    """The words' double; notes the documents it is sent, and does something after some batches."""

    batch_size = 3

    def __init__(self, dimensions: int) -> None:
        super().__init__(dimensions, name=f"words-{dimensions}")
        self.tokenizer = Tokenizer()
        self.documents: list[str] = []
        self.left = -1
        self.then: Callable[[], None] = lambda: None

    def embed(self, texts: Sequence[str], role: str) -> np.ndarray:
        if role == "document":
            if self.left == 0:
                self.then()
            self.left -= 1
            self.documents.extend(texts)
        return super().embed(texts, role)

    def after(self, batches: int, then: Callable[[], None]) -> None:
        """Do something when the next batch but `batches` comes, before its texts are looked at."""
        self.left, self.then = batches, then


class Bench(Workbench):
    """Does Chroma's work in this process, or leaves it."""

    def __init__(self, *args, index: bool, **options) -> None:
        super().__init__(*args, **options)
        self.children["index"] = Here(index)


class Here:
    """Stands in for a child process: runs in this one, or is stopped before it begins."""

    started = False

    def __init__(self, runs: bool) -> None:
        self.runs = runs

    def run(self, function, store, collection, *rest, cancel, spare):
        if self.runs:
            return function(store, collection, *rest)
        raise Cancelled("The index is left for later.")

    def close(self) -> None:
        pass


def index_of(wb: Workbench) -> list[tuple[str, str]]:
    """Bring the index up, and give ids and texts of its rows; their vectors are compared with the record's."""
    wb.lanes["index"].wait_idle(60)  # one that is being put off would be joined
    wb.children["index"].runs = True
    wb.submit("fill_index").wait()
    wb.children["index"].runs = False
    now = wb.prepared
    with local_client(Path(wb.store_path)) as client:
        index = client.get_collection(now.collection.name, embedding_function=None)
        page = index.get(include=["embeddings", "documents"])
    found = dict(zip(page["ids"], page["embeddings"], strict=True))
    wanted = wb.store.record.vectors(now.fingerprint_id, now.keys)
    for chunk, vector in zip(wb.chunk_list, wanted, strict=True):
        np.testing.assert_allclose(found[chunk.id], vector, atol=1e-6)
    return sorted(zip(page["ids"], page["documents"], strict=True))


def chunks_of(folder: Path, size: object, overlap: int) -> tuple[Chunk, ...]:
    """Cut what is in the folder now, with nothing remembered."""
    return chunk_documents(load(folder).documents, Tokenizer(), size, overlap)


def missing_of(chunks: Sequence[Chunk], held: set[str]) -> list[str]:
    """Give the texts that have no vector yet, each once, in order."""
    return list(dict.fromkeys(chunk.text for chunk in chunks if chunk.text not in held))
