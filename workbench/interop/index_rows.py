"""Read a LlamaIndex `VectorStoreIndex`; its library is imported by whoever made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.errors import InputError
from workbench.interop.chroma_collection import metric_of, rows_of
from workbench.interop.foreign import Foreign

__all__ = ["foreign_of_index", "model_of_index"]


def foreign_of_index(index: Any) -> Foreign:
    """Give what an index holds: ids, texts, metadata and vectors, and what it compares by.

    Raises
    ------
    InputError
        It is no `VectorStoreIndex`, or its vector store is of another kind than `SimpleVectorStore` or Chroma's.
    """
    store = getattr(index, "vector_store", None)
    if store is None or not hasattr(index, "docstore"):
        raise InputError(
            f"The index is a {type(index).__name__}. Give a VectorStoreIndex of LlamaIndex, for example "
            "VectorStoreIndex.from_documents(documents, embed_model=...)."
        )
    kind = type(store).__name__
    if kind == "SimpleVectorStore":
        return _simple(index, store)
    if kind == "ChromaVectorStore":
        return _chroma(store.client)
    raise InputError(
        f"The index keeps its vectors in a {kind}; the workbench can read SimpleVectorStore and ChromaVectorStore. "
        "Load the documents instead, and embed them here: Workbench(documents)."
    )


def model_of_index(index: Any) -> Any:
    """Give the embedding model object of an index."""
    return index._embed_model  # noqa: SLF001 - there is no other way to it


def _simple(index: Any, store: Any) -> Foreign:
    nodes = list(index.docstore.docs.values())
    found = store.data.embedding_dict
    width = next((len(vector) for vector in found.values()), 0)
    vectors = [found.get(node.node_id, [np.nan] * width) for node in nodes]
    return Foreign(
        name=str(index.index_id),
        kind="llama_index",
        place="SimpleVectorStore",
        metric="cosine",
        ids=[node.node_id for node in nodes],
        texts=[_text(node) for node in nodes],
        metadatas=[{"ref_doc_id": node.ref_doc_id, **node.metadata} for node in nodes],
        vectors=np.array(vectors, dtype=np.float32).reshape(len(nodes), width),
        embedded=_embedded(nodes),
    )


def _text(node: Any) -> str | None:
    return node.text if isinstance(getattr(node, "text", None), str) else None


def _embedded(nodes: Sequence[Any]) -> list[str]:
    """Give what LlamaIndex embeds: the metadata, then the text."""
    return [node.get_content(metadata_mode="embed") for node in nodes]


def _chroma(collection: Any) -> Foreign:
    ids, texts, metadatas, vectors = rows_of(collection)
    return Foreign(
        name=str(collection.name),
        kind="llama_index",
        place=f"chroma {collection.id}",
        metric=metric_of(collection),
        ids=ids,
        texts=texts,
        metadatas=metadatas,
        vectors=vectors,
    )
