"""The Chroma index: ids, texts, metadata and the same vectors, for everyone else's tools. Made from the record.

Run it in a child process: Chroma's client holds the interpreter for hundreds of milliseconds at a time.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disk import require_room
from workbench.errors import StoreError
from workbench.index.chroma_client import IndexDamaged, chroma_folder, local_client, names_in, set_index_aside
from workbench.index.chroma_server import server_client
from workbench.index.chroma_stop import Stop
from workbench.index.faults import told
from workbench.index.fingerprint import canonical, fingerprint_id
from workbench.index.record import Collection, Record, Row
from workbench.index.rows import room_of
from workbench.seam import passing

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection as ChromaCollection

__all__ = ["chroma_folder", "fill", "legal", "rebuild"]

_BATCH = 1000
"""Rows sent at a time; Chroma takes at most 5461."""
_HNSW: CreateHNSWConfiguration = {"space": "cosine"}
"""How a collection is made; all else is as Chroma has it, such as the 1000 rows after which it writes its files."""
_TIMES = 2
"""Room that an index takes at most while it is made, as a multiple of its texts and vectors."""
_SAMPLE = 16
"""Vectors that are read back and compared with the record's."""
_KEY = "workbench_key"
"""Metadata field that changes whenever a row must be written again."""

Value = str | int | float | bool


def fill(store: str, collection: str, server: str | None = None, stop: Stop | None = None) -> int:
    """Bring a Chroma collection up to the record: new and changed rows are written, gone ones deleted.

    The collection has the record's name, compares by cosine and has no embedding function. Each row has the
    chunk's id, its text as the document, its vector, and as metadata the chunk's own beside `document`,
    `ordinal`, `start` and `end` (a field of the chunk's own that is called so gets a `_` behind its name).
    A local index that cannot be read or contradicts the record is set aside (renamed `chroma.damaged-<time>`) and
    this collection made anew; others follow when they are next filled.

    Parameters
    ----------
    store
        Folder of the store.
    collection
        Name of the collection, the same in record and Chroma.
    server
        `http://host:port` of a Chroma server; None for the folder `chroma` in the store.
    stop
        Looked at between batches; what is written by then stays, and the next fill goes on from there.

    Returns
    -------
    int
        Rows in the Chroma collection; equal to the record's.

    Raises
    ------
    StoreFull
        The disk is full or failing.
    StoreError
        The record has no such collection, another process fills, or the server does not answer.
    Cancelled
        It was asked to stop.
    """
    return _run(Path(store), collection, server, stop, anew=False)


def rebuild(store: str, collection: str, server: str | None = None, stop: Stop | None = None) -> int:
    """Delete a Chroma collection and make it anew from the record, as `fill` does; gives its number of rows."""
    return _run(Path(store), collection, server, stop, anew=True)


def _run(store: Path, name: str, server: str | None, stop: Stop | None, *, anew: bool) -> int:
    record = Record(store, writable=False)
    try:
        collection = _named(record, name)
        rows = record.rows(name)
        needed = room_of(rows) + 4 * len(rows) * (record.dimensions(fingerprint_id(collection.fingerprint)) or 0)
        try:
            return _bring_up(record, collection, rows, _client(store, server, needed, stop), stop, anew=anew)
        except IndexDamaged:
            if server is None:
                with told(store, _TIMES * needed):
                    require_room(store, _TIMES * needed)  # to Chroma a full disk looks like damage at some moments
                set_index_aside(store)
        return _bring_up(record, collection, rows, _client(store, server, needed, stop), stop, anew=True)
    finally:
        record.close()


def _named(record: Record, name: str) -> Collection:
    for collection in record.collections():
        if collection.name == name:
            return collection
    raise StoreError(f"The record in {record.folder} has no collection {name!r}; embed the corpus first.")


def _client(store: Path, server: str | None, needed: int, stop: Stop | None) -> AbstractContextManager[ClientAPI]:
    return local_client(store, needed, stop) if server is None else server_client(server)


def _bring_up(
    record: Record,
    collection: Collection,
    rows: Sequence[Row],
    opening: AbstractContextManager[ClientAPI],
    stop: Stop | None,
    *,
    anew: bool,
) -> int:
    fingerprint = fingerprint_id(collection.fingerprint)
    wanted = {legal(row.chunk.id): _key(row) for row in rows}
    with opening as client:
        index = _index(client, collection, anew=anew)
        there = _keys(index)
        # A changed row is deleted first: Chroma would merge its new metadata into the old.
        for ids in _batches([name for name, key in there.items() if wanted.get(name) != key], stop):
            passing("index", "delete")
            index.delete(ids=ids)
        for batch in _batches([row for row in rows if there.get(name := legal(row.chunk.id)) != wanted[name]], stop):
            passing("index", "upsert")
            index.upsert(
                ids=[legal(row.chunk.id) for row in batch],
                embeddings=record.vectors(fingerprint, [row.key for row in batch]),
                documents=[legal(row.chunk.text) for row in batch],
                metadatas=[_metadata(row) for row in batch],
            )
        _compare(index, record, fingerprint, rows)
    return len(rows)


def _index(client: ClientAPI, collection: Collection, *, anew: bool) -> ChromaCollection:
    """Give the collection, made if it is not there; one that does not compare by cosine is made anew."""
    if collection.name in names_in(client):
        passing("index", "get_collection")
        found = client.get_collection(collection.name, embedding_function=None)
        # Not `configuration`: reading that rebuilds a stored embedding function, and can run code (CVE-2026-45829).
        space = ((found.configuration_json or {}).get("hnsw") or {}).get("space")
        if space == "cosine" and not anew:
            return found
        passing("index", "delete_collection")
        client.delete_collection(collection.name)
    passing("index", "create_collection")
    return client.create_collection(
        collection.name,
        configuration={"hnsw": _HNSW},
        embedding_function=None,
        metadata={
            "corpus": legal(collection.corpus),
            "model": legal(collection.model),
            "chunk_size": str(collection.chunking.get("size", "")),
            "chunking": canonical(collection.chunking),
            "fingerprint": fingerprint_id(collection.fingerprint),
        },
    )


def _keys(index: ChromaCollection) -> dict[str, object]:
    found: dict[str, object] = {}
    passing("index", "count")
    for start in range(0, index.count(), _BATCH):
        passing("index", "get")
        page = index.get(limit=_BATCH, offset=start, include=["metadatas"])
        found.update(zip(page["ids"], [(one or {}).get(_KEY) for one in page["metadatas"] or []], strict=True))
    return found


def _key(row: Row) -> str:
    return f"{row.key.hex()[:24]}-{row.stamp:08x}"


def _metadata(row: Row) -> dict[str, Value]:
    chunk = row.chunk
    place: dict[str, Value] = {
        "document": legal(chunk.document),
        "ordinal": chunk.ordinal,
        "start": chunk.start,
        "end": chunk.end,
        _KEY: _key(row),
    }
    own = {name: value for name, value in chunk.metadata.items() if _present(value)}
    return {**{legal(f"{name}_" if name in place else name): _plain(value) for name, value in own.items()}, **place}


def _present(value: object) -> bool:
    # Chroma refuses None and drops NaN.
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def _plain(value: object) -> Value:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    if isinstance(value, str):
        return legal(value)
    return value if isinstance(value, int | float | bool) else json.dumps(value)


def legal(text: str) -> str:
    """Write half characters, which Chroma refuses, as their escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _compare(index: ChromaCollection, record: Record, fingerprint: str, rows: Sequence[Row]) -> None:
    """See that the index has as many rows as the record, and the same vectors.

    Raises
    ------
    IndexDamaged
        It has not.
    """
    passing("index", "count")
    count = index.count()
    if count != len(rows):
        raise IndexDamaged(f"The Chroma collection {index.name} holds {count} rows; the record holds {len(rows)}.")
    if not rows:
        return
    sample = [rows[at] for at in sorted({int(at) for at in np.linspace(0, len(rows) - 1, _SAMPLE)})]
    passing("index", "get")
    page = index.get(ids=[legal(row.chunk.id) for row in sample], include=["embeddings"])
    there = dict(zip(page["ids"], np.asarray(page["embeddings"]), strict=True))
    expected = record.vectors(fingerprint, [row.key for row in sample])
    # Chroma keeps direction and norm apart: what comes back differs in the last bit.
    if not all(
        np.allclose(there.get(legal(row.chunk.id), np.nan), vector, 1e-4, 1e-5)
        for row, vector in zip(sample, expected, strict=True)
    ):
        raise IndexDamaged(f"The Chroma collection {index.name} has other vectors than the record.")


def _batches(items: Sequence[Any], stop: Stop | None) -> Iterator[list[Any]]:
    for start in range(0, len(items), _BATCH):
        if stop is not None:
            stop.check()
        yield list(items[start : start + _BATCH])
