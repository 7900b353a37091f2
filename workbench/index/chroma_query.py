"""Ask the Chroma index for neighbours. Run it in a child process, as `chroma.fill`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import StoreError
from workbench.index.chroma_client import local_client, names_in
from workbench.index.chroma_server import server_client
from workbench.seam import passing

if TYPE_CHECKING:
    import numpy as np

__all__ = ["nearest"]


def nearest(store: str, collection: str, vector: np.ndarray, count: int, server: str | None = None) -> list[str]:
    """Give the ids of the chunks that Chroma's HNSW graph holds nearest to a vector, by cosine, nearest first.

    It is approximate: some of the truly nearest can be missing.

    Parameters
    ----------
    store
        Folder of the store.
    collection
        Name of the collection.
    vector
        float32 (d,).
    count
        Ids wanted.
    server
        `http://host:port` of a Chroma server; None for the folder `chroma` in the store.

    Raises
    ------
    StoreError
        There is no such collection, another process fills, or the server does not answer.
    """
    with local_client(Path(store)) if server is None else server_client(server) as client:
        if collection not in names_in(client):
            raise StoreError(
                f"The Chroma index in {server or store} has no collection {collection!r} yet. Call wb.rebuild_index(), "
                "or search with engine='exact'."
            )
        passing("index", "get_collection")
        index = client.get_collection(collection, embedding_function=None)
        passing("index", "query")
        found = index.query(query_embeddings=[vector], n_results=count, include=["distances"])
    return list(found["ids"][0])
