"""Reads a Chroma index with chromadb alone, as any other tool would."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.faults.nursery import say

__all__ = ["read_index"]

_NEAR = 1e-5
"""Cosine distance within which a vector has found itself."""


def read_index(store: str, into: str) -> None:
    """Write ids, texts and vectors of each collection to `<into>/<collection>.npz`; say how many find themselves."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(_env_file=None, anonymized_telemetry=False)
    client = chromadb.PersistentClient(str(Path(store) / "chroma"), settings)
    try:
        for found in client.list_collections():
            index = client.get_collection(found.name, embedding_function=None)
            page = index.get(include=["embeddings", "documents"])
            vectors = np.asarray(page["embeddings"], dtype=np.float32)
            np.savez(Path(into) / f"{found.name}.npz", ids=page["ids"], texts=page["documents"], vectors=vectors)
            nearest = index.query(query_embeddings=vectors, n_results=1, include=["distances"])["distances"]
            lost = sum(not one or one[0] > _NEAR for one in nearest)
            threshold = index.configuration_json["hnsw"]["sync_threshold"]
            say(collection=found.name, count=index.count(), lost=lost, sync=threshold)
    finally:
        client.close()
