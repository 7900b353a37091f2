"""The Chroma index: ids, texts, metadata and the same vectors, for everyone else's tools. Made from the record.

Run in a child process: Chroma's client holds the interpreter for hundreds of milliseconds at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbench.errors import StoreError
from workbench.index.fingerprint import fingerprint_id
from workbench.index.record import Collection, Record, Row

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection as ChromaCollection

__all__ = ["chroma_folder", "fill", "rebuild"]

_BATCH = 1000
"""Rows sent at a time; Chroma takes at most 5461."""
_KEY = "workbench_key"


def chroma_folder(store: Path) -> Path:
    """Give the folder that `chromadb.PersistentClient` opens."""
    return store / "chroma"


def fill(store: str, collection: str, server: str | None = None) -> int:
    """Bring a Chroma collection up to the record: new and changed rows are written, gone ones deleted.

    Parameters
    ----------
    store
        Folder of the store.
    collection
        Name of the collection, the same in record and Chroma.
    server
        `http://host:port` of a Chroma server; None for the folder `chroma` in the store.

    Returns
    -------
    int
        Rows in the Chroma collection; equal to the record's.

    Raises
    ------
    StoreError
        Chroma holds another number of rows afterwards, or its server does not answer.
    """
    record = Record(Path(store), writable=False)
    try:
        return _fill(record, _named(record, collection), Path(store), server)
    finally:
        record.close()


def rebuild(store: str, collection: str, server: str | None = None) -> int:
    """Make a Chroma collection anew from the record; gives its number of rows."""
    try:
        with _Client(Path(store), server) as client:
            if collection in [found.name for found in client.list_collections()]:
                client.delete_collection(collection)
    except StoreError:
        raise
    except BaseException as error:
        # Chroma's engine panics (not an Exception) on a torn index file.
        if server or isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        _set_aside(Path(store))
    return fill(store, collection, server)


def _fill(record: Record, collection: Collection, store: Path, server: str | None) -> int:
    try:
        return _synchronise(record, collection, store, server)
    except StoreError:
        raise
    except BaseException as error:
        if server or isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        _set_aside(store)
        return _synchronise(record, collection, store, server)


def _synchronise(record: Record, collection: Collection, store: Path, server: str | None) -> int:
    rows = record.rows(collection.name)
    fingerprint = fingerprint_id(collection.fingerprint)
    with _Client(store, server) as client:
        index = _collection(client, collection)
        there = _keys(index)
        for gone in _batches(sorted(there.keys() - {row.chunk.id for row in rows})):
            index.delete(ids=gone)
        for batch in _batches([row for row in rows if there.get(row.chunk.id) != _key(row)]):
            index.upsert(
                ids=[row.chunk.id for row in batch],
                embeddings=record.vectors(fingerprint, [row.key for row in batch]),
                documents=[row.chunk.text for row in batch],
                metadatas=[_metadata(row) for row in batch],
            )
        count = index.count()
    if count != len(rows):
        raise StoreError(
            f"The Chroma collection {collection.name} holds {count} rows after filling; the record holds {len(rows)}. "
            "Call wb.rebuild_index() to make it anew from the record."
        )
    return count


def _named(record: Record, name: str) -> Collection:
    for collection in record.collections():
        if collection.name == name:
            return collection
    raise StoreError(f"The record has no collection {name!r}; embed the corpus first.")


class _Client:
    """A Chroma client that is closed: deleting its folder under a live one breaks the next."""

    def __init__(self, store: Path, server: str | None) -> None:
        self._store, self._server = store, server

    def __enter__(self) -> ClientAPI:
        import chromadb
        from chromadb.config import Settings

        # Settings would otherwise read .env and CHROMA_* of wherever the notebook runs.
        settings = Settings(_env_file=None, anonymized_telemetry=False, allow_reset=False)  # type: ignore[call-arg]
        if self._server is None:
            self._client = chromadb.PersistentClient(path=str(chroma_folder(self._store)), settings=settings)
            return self._client
        address = urlsplit(self._server)
        try:
            self._client = chromadb.HttpClient(
                host=address.hostname or "localhost",
                port=address.port or (443 if address.scheme == "https" else 8000),
                ssl=address.scheme == "https",
                settings=settings,
            )
        except (ValueError, OSError) as error:
            raise StoreError(
                f"No Chroma server answers at {self._server} ({error}). The vectors are safe in the record. Start the "
                "server, for example with: chroma run --path FOLDER, and call wb.rebuild_index()."
            ) from error
        return self._client

    def __exit__(self, *_: object) -> None:
        self._client.close()  # type: ignore[attr-defined]


def _collection(client: ClientAPI, collection: Collection) -> ChromaCollection:
    return client.get_or_create_collection(
        collection.name,
        configuration={"hnsw": {"space": "cosine"}},
        embedding_function=None,
        metadata={
            "corpus": collection.corpus,
            "model": collection.model,
            "chunk_size": str(collection.chunking.get("size", "")),
            "fingerprint": fingerprint_id(collection.fingerprint),
        },
    )


def _keys(index: ChromaCollection) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for start in range(0, index.count(), _BATCH):
        page = index.get(limit=_BATCH, offset=start, include=["metadatas"])
        found.update(zip(page["ids"], [(one or {}).get(_KEY) for one in page["metadatas"] or []], strict=True))
    return found


def _key(row: Row) -> str:
    return f"{row.key.hex()[:24]}-{row.stamp:08x}"


def _metadata(row: Row) -> dict[str, str | int | float | bool]:
    chunk = row.chunk
    own = {name: value for name, value in chunk.metadata.items() if value is not None}
    return {
        **own,
        "document": chunk.document,
        "ordinal": chunk.ordinal,
        "start": chunk.start,
        "end": chunk.end,
        _KEY: _key(row),
    }


def _batches(items: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _BATCH):
        yield list(items[start : start + _BATCH])


def _set_aside(store: Path) -> None:
    folder = chroma_folder(store)
    if folder.exists():
        folder.rename(folder.with_name(f"chroma-damaged-{time.strftime('%Y%m%d-%H%M%S')}"))
