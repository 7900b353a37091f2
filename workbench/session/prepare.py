"""From sources to chunks that are ready to be embedded: read, cut, counted, keyed and compared with the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.corpus import Corpus, chunk_documents, load
from workbench.corpus.kept import CUTTING, count_tokens
from workbench.errors import Cancelled, InputError
from workbench.index.embedding import plan
from workbench.index.fingerprint import fingerprint_id, text_key
from workbench.index.kept import KeptInRecord
from workbench.index.record import Collection
from workbench.index.store import open_store
from workbench.models import info_of, sent_documents, text_room
from workbench.protocols import EmbeddingModel, Tokenizer
from workbench.records import Chunk, Progress
from workbench.session.checking import check_once
from workbench.session.map_fields import DERIVED
from workbench.session.places import store_place
from workbench.session.state import CHUNK_SIZE

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine

__all__ = ["Prepared", "announce", "keyed", "prepared", "read_sources", "tell"]

_COLORS = 8
"""Groups that a map can show apart."""
_LOOK = 0.1
"""Seconds between looks at the cancel event while another lane prepares."""
_OFFERED = ("source", "similarity", *DERIVED)


@dataclass(frozen=True, eq=False)
class Prepared:
    """Chunks with the model that is to embed them."""

    chunks: tuple[Chunk, ...] = field(repr=False)
    model: EmbeddingModel
    fingerprint: Mapping[str, object] = field(repr=False)
    collection: Collection = field(repr=False)
    keys: list[bytes] = field(repr=False)
    tokens: np.ndarray = field(repr=False)

    @property
    def fingerprint_id(self) -> str:
        """64 hex digits of the fingerprint."""
        return fingerprint_id(self.fingerprint)

    @cached_property
    def contents(self) -> int:
        """A number that changes with a chunk's id or text, and with the model."""
        return hash((tuple(chunk.id for chunk in self.chunks), tuple(self.keys)))


def read_sources(wb: Engine, job: Job) -> Corpus:
    """Read the sources again and open their store; what came of the last corpus is cleared."""
    wb.publish(status="Reading the corpus")
    meter = wb.meter("embed", "Reading files", "files")
    try:
        corpus = load(wb.source, cancel=job.cancel, progress=meter, child=wb.children["read"])
    finally:
        # a question reads the corpus too, and nobody else says that it is read
        if wb.lanes["embed"].running is not job:
            wb.tell(replace(wb.progress.get("embed") or Progress("embed", "Reading files"), state="done"))
    _open(wb, corpus)
    wb.forget()
    wb.publish(
        documents=corpus.documents,
        load_report=corpus.report,
        questions=corpus.questions,
        corpus_name=corpus.name,
        colors=_with_sections(_OFFERED, _fields(corpus)),
        color=_telling_color(wb.color, corpus),
    )
    return corpus


def _open(wb: Engine, corpus: Corpus) -> None:
    path = store_place(corpus, wb.store_given)
    assert path is not None
    opened = open_store(path)
    wb.adopt_store(opened)
    wb.publish(store_path=str(opened.path), read_only=not opened.writable, notes=_notes(wb, corpus))


def tell(wb: Engine, note: str) -> None:
    """Say what was found in the store and mended, where the person looks."""
    if wb.store is not None:
        wb.store.note(note)
    _tell_notes(wb)


def _tell_notes(wb: Engine) -> None:
    """Publish what was found since the store was opened: vectors are looked at when they are first used."""
    notes = _notes(wb, wb.corpus)
    if notes != wb.notes:
        wb.publish(notes=notes)


def _notes(wb: Engine, corpus: Corpus | None) -> tuple[str, ...]:
    return (*(wb.store.notes if wb.store else ()), *(corpus.notes if corpus else ()), *wb.in_clear)


def _telling_color(chosen: str, corpus: Corpus) -> str:
    """Give the field to colour by: with more files than colours, their folders tell more than the files."""
    sources = {document.metadata.get("source") for document in corpus.documents}
    folders = {document.metadata.get("folder") for document in corpus.documents} - {None}
    if chosen == "source" and len(sources) > _COLORS and len(folders) > 1:
        return "folder"
    return chosen if chosen in (*_OFFERED, *_fields(corpus)) else "source"


def _fields(corpus: Corpus) -> list[str]:
    names: dict[str, None] = {}
    for document in corpus.documents:
        names.update(dict.fromkeys(document.metadata))
    return [name for name in names if name != "source"]


def prepared(wb: Engine, job: Job) -> Prepared:
    """Give the chunks and model as they are chosen now; only what has changed since the last time is done again."""
    with _turn(wb, job):
        if wb.corpus is None:
            wb.corpus = read_sources(wb, job)
            wb.chunked = None
        model = wb.embedding_model()
        chunking = _chunking(wb, model)
        if wb.chunked is None or wb.chunked.asked != (wb.chunk_size, wb.chunk_overlap):
            wb.chunked = _chunk(wb, job, model, chunking)
            wb.prepared = None  # seen by its chunks alone, nothing would be taken for nothing cut another way
        if wb.prepared is None or wb.prepared.model is not model or wb.prepared.chunks is not wb.chunked.chunks:
            wb.prepared = _key(wb, model)
        return wb.prepared


@contextmanager
def _turn(wb: Engine, job: Job) -> Iterator[None]:
    """Wait until no other lane prepares, or for the cancel: reading a corpus may take minutes."""
    while not wb.preparing.acquire(timeout=_LOOK):
        if job.cancel.is_set():
            raise Cancelled("It was stopped before the corpus was read; ask again to go on.")
    try:
        yield
    finally:
        wb.preparing.release()


@dataclass(frozen=True, eq=False)
class Chunked:
    """Chunks, what was asked for, and what it came to."""

    chunks: tuple[Chunk, ...]
    asked: tuple[Any, int]
    chunking: Mapping[str, object]
    rule: str


def _chunking(wb: Engine, model: EmbeddingModel) -> dict[str, object]:
    size = wb.chunk_size
    if wb.corpus is not None and wb.corpus.chunks is not None:
        return {"size": "as found"}
    if size == "document":
        return {"size": "document", "overlap": 0}
    longest = text_room(model)
    # Only the default gives way to a smaller model: a size that a person chose is theirs.
    effective = min(size, longest) if size == CHUNK_SIZE else size
    overlap = min(wb.chunk_overlap, effective // 4) if effective < size else wb.chunk_overlap
    if overlap >= effective:
        raise InputError(
            f"chunk_overlap is {overlap} and chunk_size {effective} tokens; the overlap must be smaller than the chunk."
        )
    return {"size": effective, "overlap": overlap, "tokens": "exact" if model.tokenizer.exact else "estimated"}


def _chunk(wb: Engine, job: Job, model: EmbeddingModel, chunking: dict[str, object]) -> Chunked:
    assert wb.corpus is not None
    assert wb.store is not None
    if wb.corpus.chunks is not None:
        wb.forget()
        wb.publish(chunks=wb.corpus.chunks, colors=_with_sections(wb.colors, _fields_of(wb.corpus.chunks)))
        return Chunked(wb.corpus.chunks, (wb.chunk_size, wb.chunk_overlap), chunking, "")
    wb.publish(status="Cutting documents into chunks")
    rule = _rule(model.tokenizer, f"{chunking['size']} {chunking['overlap']} {CUTTING}")
    kept = KeptInRecord(wb.store.record, "spans", rule)
    chunks = chunk_documents(
        wb.corpus.documents,
        model.tokenizer,
        chunking["size"],  # type: ignore[arg-type]
        chunking["overlap"],  # type: ignore[arg-type]
        cancel=job.cancel,
        kept=kept,
    )
    kept.save()
    wb.forget()
    wb.publish(chunks=chunks, colors=_with_sections(wb.colors, _fields_of(chunks)))
    return Chunked(chunks, (wb.chunk_size, wb.chunk_overlap), chunking, rule)


def _rule(tokenizer: Tokenizer, rest: str) -> str:
    """Name a way of cutting or counting; empty where the tokenizer does not say which it is."""
    identity = getattr(tokenizer, "identity", "")
    return f"{identity} {rest}" if identity and rest else ""


def _fields_of(chunks: Iterable[Chunk]) -> Iterable[str]:
    return (name for chunk in chunks for name in chunk.metadata)


def _with_sections(colors: Iterable[str], fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*colors, *fields)))


def _key(wb: Engine, model: EmbeddingModel) -> Prepared:
    known = keyed(wb, model)
    announce(wb, known)
    check_once(wb, model)
    return known


def keyed(wb: Engine, model: EmbeddingModel) -> Prepared:
    """Give the chunks as they are cut now with the keys of their vectors by this model, chosen or not."""
    assert wb.corpus is not None
    assert wb.chunked is not None
    assert wb.store is not None
    chunks = wb.chunked.chunks
    fingerprint = dict(model.fingerprint())
    identity = fingerprint_id(fingerprint)
    sent = sent_documents(model, chunks)
    keys = [text_key(identity, "document", text) for text in sent]
    kept = KeptInRecord(wb.store.record, "counts", _rule(model.tokenizer, wb.chunked.rule))
    tokens = count_tokens(wb.corpus.documents, chunks, model.tokenizer, kept)
    kept.save()
    collection = Collection.of(wb.corpus.name, model.id, wb.chunked.chunking, fingerprint)
    return Prepared(chunks, model, fingerprint, collection, keys, tokens)


def announce(wb: Engine, now: Prepared) -> None:
    """Publish what the record holds of these chunks, and what is left to do."""
    assert wb.store is not None
    planned = plan(wb.store.record, now.collection, now.chunks, now.keys)
    known = wb.store.record.known(now.fingerprint_id, now.keys)
    truncated = int(np.count_nonzero(now.tokens > text_room(now.model)))
    missing_tokens = int(now.tokens[~known].sum())
    wb.clear_map()
    _tell_notes(wb)
    wb.publish(
        model_info=info_of(now.model),
        token_counts=now.tokens,
        plan=replace(planned, truncated=truncated, missing_tokens=missing_tokens),
        embedded=int(np.count_nonzero(known)),
        status="Ready",
    )
