"""Read a Chroma collection that others have made. Run it in a child process: what is in a stranger's folder may end it.

Neither `configuration` nor a text query is ever used: both rebuild the stored embedding function, and that can run
code (CVE-2026-45829). A folder is copied first, so that Chroma, which changes what it opens, never touches it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disk import ELSEWHERE, scratch, write_whole, writing
from workbench.errors import InputError, NotWritten, StoreError
from workbench.index.chroma_address import is_address
from workbench.iris import import_jsonschema
from workbench.seam import passing

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

__all__ = ["METRICS", "metric_of", "read_collection", "rows_of"]

METRICS = {"cosine": "cosine", "ip": "dot", "l2": "euclidean"}
"""Chroma's space to ours."""
_BATCH = 1000
_TABLES = "chroma.sqlite3"


def read_collection(place: str, name: str, out: str) -> dict[str, str]:
    """Write ids, texts, metadata (`rows.json`) and vectors (`vectors.npy`, float32) of a collection into a folder.

    Parameters
    ----------
    place
        Folder of a `PersistentClient`, or `http://host:port`.
    name
        Of the collection.
    out
        Folder that is there.

    Returns
    -------
    dict
        `metric`, and `filled_by`: the name of the stored embedding function, empty where there is none.

    Raises
    ------
    InputError
        There is no such folder or collection, or its space is unknown.
    StoreError
        It cannot be read, or the server does not answer.
    """
    with _client(place) as client:
        collection = _named(client, place, name)
        ids, texts, metadatas, vectors = rows_of(collection)
        write_whole(Path(out, "rows.json"), json.dumps([ids, texts, metadatas]), ELSEWHERE)
        with writing(Path(out, "vectors.npy"), vectors.nbytes, ELSEWHERE):
            np.save(Path(out, "vectors.npy"), vectors)
        stored = (collection.configuration_json or {}).get("embedding_function") or {}
        return {"metric": metric_of(collection), "filled_by": str(stored.get("name") or "")}


def metric_of(collection: Collection) -> str:
    """Give what a collection compares by, in our words.

    Raises
    ------
    InputError
        Its space is none that is known.
    """
    told = collection.configuration_json or {}
    older = (collection.metadata or {}).get("hnsw:space")
    space = (told.get("hnsw") or {}).get("space") or (told.get("spann") or {}).get("space") or older or "l2"
    if space not in METRICS:
        raise InputError(
            f"The collection {collection.name!r} compares by {space!r}, which the workbench does not know; it knows "
            f"{', '.join(METRICS)}."
        )
    return METRICS[space]


def rows_of(collection: Collection) -> tuple[list[str], list[str | None], list[dict[str, Any]], np.ndarray]:
    """Give all ids, texts, metadata and vectors, float32 (n, d); a row of NaN where there is no vector."""
    ids: list[str] = []
    texts: list[str | None] = []
    metadatas: list[dict[str, Any]] = []
    vectors: list[Any] = []
    passing("index", "count")
    for start in range(0, collection.count(), _BATCH):
        passing("index", "get")
        page: Mapping[str, Any] = collection.get(
            limit=_BATCH, offset=start, include=["documents", "metadatas", "embeddings"]
        )
        count = len(page["ids"])
        ids += page["ids"]
        texts += page["documents"] if page["documents"] is not None else [None] * count
        metadatas += [dict(one or {}) for one in page["metadatas"] or [None] * count]
        vectors += list(page["embeddings"]) if page["embeddings"] is not None else [None] * count
    width = next((len(vector) for vector in vectors if vector is not None), 0)
    filled = [vector if vector is not None else [np.nan] * width for vector in vectors]
    return ids, texts, metadatas, np.array(filled, dtype=np.float32).reshape(len(ids), width)


def _named(client: ClientAPI, place: str, name: str) -> Collection:
    passing("index", "list_collections")
    there = sorted(found.name for found in client.list_collections())
    if name not in there:
        listed = f"It has {', '.join(map(repr, there))}." if there else "It has none at all."
        raise InputError(f"There is no collection {name!r} in {place}. {listed}")
    passing("index", "get_collection")
    return client.get_collection(name, embedding_function=None)


@contextmanager
def _client(place: str) -> Iterator[ClientAPI]:
    import_jsonschema()
    import chromadb
    import httpx

    from workbench.index.chroma_server import open_server

    try:
        with open_server(place) if is_address(place) else _copied(Path(place)) as client:
            yield client
    except (InputError, StoreError, NotWritten):
        raise
    except BaseException as error:
        # Chroma's engine, which is not Python, panics on some torn files; that is no Exception.
        panic = type(error).__name__ == "PanicException"
        known = (ValueError, KeyError, OSError, sqlite3.Error, httpx.HTTPError, chromadb.errors.ChromaError)
        if not panic and not isinstance(error, known):
            raise
        raise StoreError(
            f"The Chroma collections in {place} cannot be read ({type(error).__name__}: {error}). Nothing was changed. "
            "If it is a server, see whether it runs; if it is a folder, whether Chroma itself opens it."
        ) from error


@contextmanager
def _copied(folder: Path) -> Iterator[ClientAPI]:
    import chromadb

    from workbench.index.chroma_settings import client_settings

    if not (folder / _TABLES).is_file():
        raise InputError(
            f"The folder {folder} holds no {_TABLES}, so no Chroma index. Give the folder that "
            "chromadb.PersistentClient(path=...) was given, or the address of a server: http://host:port."
        )
    with scratch() as copy:
        _copy(folder, copy)
        passing("index", "PersistentClient")
        client = chromadb.PersistentClient(path=str(copy), settings=client_settings())
        try:
            yield client
        finally:
            client.close()  # type: ignore[attr-defined]


def _copy(folder: Path, copy: Path) -> None:
    """Copy an index: its tables as of one moment, its files as they are; links are left out."""
    source = f"{(folder / _TABLES).absolute().as_uri()}?mode=ro"
    passing("tables", copy)
    with closing(sqlite3.connect(source, uri=True)) as tables, closing(sqlite3.connect(copy / _TABLES)) as target:
        tables.backup(target)
    for part in folder.iterdir():
        if part.is_dir() and not part.is_symlink():
            passing("file", copy / part.name)
            shutil.copytree(part, copy / part.name, ignore=lambda at, names: [
                name for name in names if Path(at, name).is_symlink()
            ])  # fmt: skip
