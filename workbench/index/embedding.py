"""The embedding job: compare, embed what is missing, commit every batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

from workbench.errors import Cancelled, InputError, ModelError
from workbench.index.adopt import adopt
from workbench.index.batches import embedded_batches
from workbench.index.fingerprint import fingerprint_id, text_key
from workbench.index.record import Collection, Record, Row
from workbench.index.restoring import bring_up
from workbench.index.store import Store
from workbench.index.validation import check_vectors
from workbench.models import sent_documents
from workbench.protocols import EmbeddingModel
from workbench.records import Chunk, EmbedPlan, EmbedReport

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Collection", "embed_chunks", "plan", "turn"]

_LOOK = 0.1
"""Seconds between looks at the cancel event while another job embeds."""


def plan(record: Record, collection: Collection, chunks: Sequence[Chunk], keys: Sequence[bytes]) -> EmbedPlan:
    """Say what embedding these chunks would do, by the record alone.

    Parameters
    ----------
    record
        The store's record.
    collection
        Where the chunks belong.
    chunks, keys
        n chunks and the keys of their vectors.
    """
    before = record.stored(collection.name)
    known = record.known(fingerprint_id(collection.fingerprint), keys)
    changed = sum(1 for chunk, key in zip(chunks, keys, strict=True) if before.get(chunk.id, (key,))[0] != key)
    reused = sum(
        1 for chunk, key, has in zip(chunks, keys, known, strict=True) if has and before.get(chunk.id, (key,))[0] == key
    )
    return EmbedPlan(
        new=len(chunks) - changed - reused,
        changed=changed,
        gone=len(before.keys() - {chunk.id for chunk in chunks}),
        reused=reused,
        missing=len({key for key, has in zip(keys, known, strict=True) if not has}),
    )


def embed_chunks(
    store: Store,
    model: EmbeddingModel,
    collection: Collection,
    chunks: Sequence[Chunk],
    *,
    cancel: Event,
    progress: Callable[[int, int], None],
) -> EmbedReport:
    """Embed the chunks that have no vector yet; each finished batch is committed and stays.

    Parameters
    ----------
    store
        Open, and writable by this process.
    model
        Its fingerprint must be the collection's.
    collection, chunks
        What to embed, in order.
    cancel
        Looked at between batches.
    progress
        Called with (chunks that have a vector, all chunks) at the start and after every batch.

    Raises
    ------
    Cancelled
        It was asked to stop; the finished batches are kept.
    ModelError
        A reply that cannot be stored, and its batch is not; or the model is not the collection's any more.
    InputError
        Two chunks have one id.
    StoreLocked
        Another process is the writer.
    """
    store.require_writer()
    _refuse_twins(chunks)
    began = time.perf_counter()
    with turn(store, cancel):
        fingerprint = _checked(model, collection)
        sent = sent_documents(model, chunks)
        keys = [text_key(fingerprint, "document", text) for text in sent]
        adopt(store.record, model, collection, sent)
        planned = plan(store.record, collection, chunks, keys)
        rows = [Row(at, chunk, key) for at, (chunk, key) in enumerate(zip(chunks, keys, strict=True))]
        computing = time.perf_counter()
        _embed_missing(store.record, model, collection, rows, sent, cancel, progress)
        seconds = time.perf_counter() - computing
        bring_up(store.record, collection, rows)
    return EmbedReport(
        new=planned.new,
        changed=planned.changed,
        gone=planned.gone,
        reused=planned.reused,
        seconds=time.perf_counter() - began,
        chunks_per_second=planned.missing / seconds if planned.missing else 0.0,
    )


def _refuse_twins(chunks: Sequence[Chunk]) -> None:
    """See that no two chunks have one id: the second would take the first one's place without a word."""
    seen: set[str] = set()
    for chunk in chunks:
        if chunk.id in seen:
            raise InputError(
                f"Two of the {len(chunks)} chunks have the id {chunk.id!r}; ids must differ. "
                "Give each document an id of its own."
            )
        seen.add(chunk.id)


@contextmanager
def turn(store: Store, cancel: Event) -> Iterator[None]:
    """Wait until no other workbench of this process embeds into the store.

    Raises
    ------
    Cancelled
        The event was set before that.
    """
    while not store.embedding.acquire(timeout=_LOOK):
        if cancel.is_set():
            raise Cancelled("Embedding was stopped before it began: another one into the same store was under way.")
    try:
        yield
    finally:
        store.embedding.release()


def _checked(model: EmbeddingModel, collection: Collection) -> str:
    """Give the id of the collection's fingerprint, if it is still the model's."""
    fingerprint = fingerprint_id(collection.fingerprint)
    if fingerprint_id(model.fingerprint()) != fingerprint:
        raise ModelError(
            f"The model {model.id} is not the one that the collection {collection.name} was prepared for: its "
            "fingerprint has changed meanwhile. Nothing was embedded. Call wb.refresh() and embed again."
        )
    return fingerprint


def _embed_missing(
    record: Record,
    model: EmbeddingModel,
    collection: Collection,
    rows: Sequence[Row],
    sent: Sequence[str],
    cancel: Event,
    progress: Callable[[int, int], None],
) -> None:
    fingerprint = fingerprint_id(collection.fingerprint)
    known = record.known(fingerprint, [row.key for row in rows])
    by_key: dict[bytes, list[Row]] = {}
    for row, has in zip(rows, known, strict=True):
        if not has:
            by_key.setdefault(row.key, []).append(row)
    missing, done = list(by_key), int(known.sum())
    progress(done, len(rows))
    texts = [sent[by_key[key][0].position] for key in missing]

    def check(vectors: np.ndarray, part: Sequence[str]) -> np.ndarray:
        return check_vectors(vectors, part, model, record.dimensions(fingerprint))

    for start, vectors in embedded_batches(model, texts, cancel, check):
        batch = missing[start : start + len(vectors)]
        written = [row for key in batch for row in by_key[key]]
        record.commit_batch(collection.fingerprint, batch, vectors, collection, written)
        done += len(written)
        progress(done, len(rows))
    if done < len(rows):
        raise Cancelled(f"Embedding was stopped: {done} of {len(rows)} chunks are stored. Embed again to go on.")
