"""What is known of a document by its content, so that an unchanged one is neither cut nor counted again."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping, Sequence

import numpy as np

from workbench.protocols import Tokenizer
from workbench.records import Chunk, Document

__all__ = ["CUTTING", "Kept", "count_tokens", "document_key"]

CUTTING = 1
"""Raised when documents are cut otherwise than before, so that boundaries found by older rules are not used."""

Kept = MutableMapping[bytes, np.ndarray]
"""Document key to int32: (chunks, 2) boundaries in characters, or (chunks,) numbers of tokens."""


def document_key(document: Document) -> bytes:
    """Give 32 bytes: SHA-256 of all that decides where a document is cut, its format and its text."""
    kind = str(document.metadata.get("format", ""))
    return hashlib.sha256(b"\0".join((kind.encode(), document.text.encode("utf-8", "surrogatepass")))).digest()


def count_tokens(
    documents: Sequence[Document], chunks: Sequence[Chunk], tokenizer: Tokenizer, kept: Kept
) -> np.ndarray:
    """Give the tokens of each chunk, int32 (n,), special tokens left out.

    Parameters
    ----------
    documents, chunks
        Documents, and all their chunks in the same order.
    tokenizer
        The embedding model's.
    kept
        Counts by document key that this tokenizer gave for chunks cut the same way; new ones are put into it.
    """
    texts: dict[str, list[str]] = {}
    for chunk in chunks:
        texts.setdefault(chunk.document, []).append(chunk.text)
    found: dict[str, np.ndarray] = {}
    fresh: list[tuple[bytes, str]] = []
    for document in documents:
        if document.id in texts:
            key = document_key(document)
            known = kept.get(key)
            if known is not None and known.shape == (len(texts[document.id]),):
                found[document.id] = known
            else:
                fresh.append((key, document.id))
    counts = tokenizer.count([text for _, name in fresh for text in texts[name]])
    at = 0
    for key, name in fresh:
        found[name] = kept[key] = counts[at : at + len(texts[name])]
        at += len(texts[name])
    return np.concatenate([found[name] for name in texts]) if texts else np.zeros(0, dtype=np.int32)
