"""Chunks, collections and runs that the tests of the index share."""

from __future__ import annotations

from threading import Event

from tests.doubles import WordModel
from workbench.index.embedding import embed_chunks
from workbench.index.fingerprint import fingerprint_id
from workbench.index.record import Collection
from workbench.records import Chunk

WORDS = ("llama", "alpaca", "vicuna", "guanaco", "camel", "dromedary", "wool", "desert", "hump", "andes")


def chunk(number, text, **metadata):
    return Chunk(f"doc:{number}", "doc", number, 0, len(text), text, metadata)


def chunks(count):
    return tuple(chunk(n, f"text {n} of the {WORDS[n % 10]} and the {WORDS[n * 7 % 10]}", n=n) for n in range(count))


def collection_of(model, corpus="camelids"):
    return Collection.of(corpus, model.id, {"size": 240, "overlap": 24}, model.fingerprint())


def identity_of(model):
    return fingerprint_id(model.fingerprint())


def embed(store, model, made, cancel=None, progress=lambda done, total: None, corpus="camelids"):
    return embed_chunks(store, model, collection_of(model, corpus), made, cancel=cancel or Event(), progress=progress)


def stored(store, model):
    """Ids and vectors of the collection, as they stand in the record."""
    collection = collection_of(model)
    rows = store.record.rows(collection.name)
    return [row.chunk.id for row in rows], store.record.vectors(identity_of(model), [row.key for row in rows])


class Numbered(WordModel):
    """Counts its calls, and lets a test act between them."""

    def __init__(self, *arguments, before=lambda call: None, **options):
        super().__init__(*arguments, **options)
        self.calls = 0
        self.before = before

    def embed(self, texts, role):
        self.calls += 1
        self.before(self.calls)
        return super().embed(texts, role)
