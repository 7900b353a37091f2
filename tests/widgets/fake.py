"""A workbench without work: the real traits, and verbs that only note that they were asked for."""

from __future__ import annotations

from threading import Event
from typing import Any

import numpy as np

from workbench.errors import InputError
from workbench.records import Chunk, Document, ModelInfo
from workbench.session.choices import embedding_choices, language_choices
from workbench.session.state import State

MINILM = ModelInfo("bundled:all-MiniLM-L6-v2", "bundled", ready=True, dimensions=384, max_tokens=256)


class FakeJob:
    """A job that has ended."""

    def __init__(self) -> None:
        self.cancel, self.done = Event(), Event()
        self.done.set()


class FakeWorkbench(State):
    """The traits of a workbench; `calls` notes each verb, `cancelled` each lane, `recalled` each number."""

    def __init__(self, **outputs: object) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []
        self.cancelled: list[str] = []
        self.recalled: list[int] = []
        self.live = False
        self.closed = False
        self.source: object = None
        self.store: Any = None
        self.prepared: Any = None
        self.publish(**outputs)

    def submit(self, verb: str, *args: object, **options: object) -> FakeJob:
        self.calls.append((verb, *args, options) if options else (verb, *args))
        return FakeJob()

    def close(self, finish: bool = True) -> None:
        self.closed = True

    def cancel(self, lane: str) -> None:
        self.cancelled.append(lane)

    def recall(self, number: int) -> None:
        self.recalled.append(number)

    def go_live(self) -> None:
        self.live = True

    def model_choices(self, probe: bool = False) -> tuple[ModelInfo, ...]:
        return embedding_choices(self.server)

    def code(self) -> str:
        if self.retrieval is None:
            raise InputError("Nothing was asked yet. Search or ask first.")
        return f"QUESTION = {self.retrieval.query!r}\nprint(QUESTION)\n"

    def llm_choices(self) -> tuple[ModelInfo, ...]:
        return language_choices(self.server)


def words(count: int, first: int = 0) -> str:
    """Give a text of that many words: `w0 w1 w2`."""
    return " ".join(f"w{number}" for number in range(first, first + count))


def chunked(*documents: Document, size: int = 5, overlap: int = 1) -> tuple[Chunk, ...]:
    """Cut documents every `size` words, each chunk beginning with the last `overlap` words of the one before."""
    return tuple(chunk for document in documents for chunk in _cut(document, size, overlap))


def _cut(document: Document, size: int, overlap: int) -> list[Chunk]:
    spans, place = [], 0
    for word in document.text.split():
        place = document.text.index(word, place)
        spans.append((place, place + len(word)))
        place += len(word)
    chunks = []
    for ordinal, first in enumerate(range(0, max(len(spans) - overlap, 1), size - overlap)):
        piece = spans[first : first + size]
        start, end = piece[0][0], piece[-1][1]
        metadata = {**document.metadata, "source": document.id}
        name = f"{document.id}:{ordinal}"
        chunks.append(Chunk(name, document.id, ordinal, start, end, document.text[start:end], metadata))
    return chunks


def counts(chunks: tuple[Chunk, ...]) -> np.ndarray:
    """Give the words of each chunk as int32 (n,)."""
    return np.array([len(chunk.text.split()) for chunk in chunks], dtype=np.int32)
