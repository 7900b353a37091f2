"""Documents to chunks, counted in the embedding model's own tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from threading import Event
from typing import Literal

import numpy as np

from workbench.corpus.boundaries import find_boundaries
from workbench.corpus.cutting import Cutter
from workbench.corpus.kept import Kept, document_key
from workbench.corpus.sections import Places
from workbench.errors import Cancelled, InputError
from workbench.protocols import Tokenizer
from workbench.records import Chunk, Document

__all__ = ["chunk_documents"]

_BATCH = 400_000
"""Characters tokenised between two looks at `cancel`: about a second."""
_WINDOW = 100_000
"""Characters tokenised as one text; a longer one is taken apart at white space."""


def chunk_documents(
    documents: Sequence[Document],
    tokenizer: Tokenizer,
    size: int | Literal["document"],
    overlap: int = 0,
    cancel: Event | None = None,
    progress: Callable[[int, int], None] | None = None,
    kept: Kept | None = None,
) -> tuple[Chunk, ...]:
    """Cut documents into chunks of at most `size` tokens.

    A chunk ends before a heading if it can, else at the end of a paragraph, a sentence, a line, or a word; only a word
    that is longer than a chunk is cut. It begins at most `overlap` tokens before the end of the last one, at a
    sentence if one fits, else at a word; behind a heading nothing is repeated. All text but white space is in some
    chunk, and no chunk is blank or has white space at its ends.

    Parameters
    ----------
    documents
        In order; those of blank text give no chunk.
    tokenizer
        The embedding model's.
    size
        Tokens, at least 1; `"document"` makes a chunk of each document. A single character that is several tokens is
        a chunk even if that is more than `size`. A chunk has at most `max(1000, 20 * size)` characters, since a model
        may read any number of them as one unknown token.
    overlap
        Tokens, from 0 to less than `size`; not used with `"document"`.
    cancel
        Set it to stop between batches of documents.
    progress
        Told (documents done, documents in all).
    kept
        Boundaries by document key, found before with the same tokenizer, size and overlap; new ones are put into it.

    Returns
    -------
    tuple of Chunk
        `document.text[start:end] == text`, ids `<document>:<ordinal>`, `start` and `end` ascending within a document.
        Metadata: the document's, `section` (the heading above) and `page` (of a PDF, from 1) where known.

    Raises
    ------
    InputError
        A size or overlap out of range.
    Cancelled
        `cancel` was set.
    """
    _check(size, overlap)
    chunks: list[Chunk] = []
    done = 0
    kept = {} if kept is None else kept
    for batch in _batches(documents, kept):
        if cancel is not None and cancel.is_set():
            raise Cancelled(f"Cutting into chunks was stopped after {done} of {len(documents)} documents.")
        chunks.extend(_chunks(batch, tokenizer, size, overlap, kept))
        done += len(batch)
        if progress is not None:
            progress(done, len(documents))
    return tuple(chunks)


def _check(size: object, overlap: object) -> None:
    if size == "document":
        return
    if not _whole(size) or size < 1:  # type: ignore[operator]
        raise InputError(f"The chunk size is {size!r}; give a whole number of tokens from 1, or 'document'.")
    if not _whole(overlap) or overlap < 0:  # type: ignore[operator]
        raise InputError(f"The chunk overlap is {overlap!r}; give a whole number of tokens from 0.")
    if overlap >= size:  # type: ignore[operator]
        raise InputError(
            f"The chunk overlap is {overlap} and the chunk size {size} tokens; the overlap must be the smaller."
        )


def _whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _batches(documents: Sequence[Document], kept: Kept) -> Iterator[list[tuple[bytes, Document]]]:
    """Give documents with their keys, so many at a time that those to be cut have about `_BATCH` characters."""
    batch: list[tuple[bytes, Document]] = []
    characters = 0
    for document in documents:
        key = document_key(document)
        batch.append((key, document))
        characters += 0 if key in kept else len(document.text)
        if characters >= _BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _chunks(
    batch: list[tuple[bytes, Document]],
    tokenizer: Tokenizer,
    size: int | Literal["document"],
    overlap: int,
    kept: Kept,
) -> Iterator[Chunk]:
    batch = [(key, document) for key, document in batch if document.text.strip()]
    if size == "document":
        for _, document in batch:
            end = len(document.text.rstrip())
            yield from _made(document, Places(document), [(len(document.text) - len(document.text.lstrip()), end)])
        return
    fresh = {key: document for key, document in batch if not _fits(kept.get(key), document)}
    tokens = dict(zip(fresh, _tokens(list(fresh.values()), tokenizer), strict=True))
    for key, document in batch:
        places = Places(document)
        if key in tokens:
            boundaries = find_boundaries(document.text, places.headings)
            count = partial(_count_one, tokenizer)
            spans = Cutter(document.text, tokens.pop(key), boundaries, size, overlap, count).spans()
            kept[key] = np.array(list(spans), dtype=np.int32).reshape(-1, 2)
        yield from _made(document, places, kept[key].tolist())


def _fits(spans: np.ndarray | None, document: Document) -> bool:
    """Tell whether kept boundaries can be those of a document: what is on disk is not trusted blindly."""
    return spans is not None and spans.ndim == 2 and len(spans) > 0 and 0 < int(spans[-1, 1]) <= len(document.text)


def _count_one(tokenizer: Tokenizer, text: str) -> int:
    return int(tokenizer.count([text])[0])


def _made(document: Document, places: Places, spans: Iterable[Sequence[int]]) -> Iterator[Chunk]:
    for ordinal, (start, end) in enumerate(spans):
        metadata = {**document.metadata, **places.of(start)}
        yield Chunk(f"{document.id}:{ordinal}", document.id, ordinal, start, end, document.text[start:end], metadata)


def _tokens(batch: list[Document], tokenizer: Tokenizer) -> Iterator[np.ndarray]:
    """Give int32 (tokens, 2) for each document."""
    windows = [_windows(document.text) for document in batch]
    texts = [document.text[a:b] for document, ranges in zip(batch, windows, strict=True) for a, b in ranges]
    found = iter(tokenizer.offsets(texts))
    for ranges in windows:
        yield np.concatenate([next(found) + np.int32(start) for start, _ in ranges])


def _windows(text: str) -> list[tuple[int, int]]:
    ranges = []
    start = 0
    while len(text) - start > _WINDOW:
        end = start + _WINDOW
        space = max(text.rfind(" ", start, end), text.rfind("\n", start, end)) + 1
        end = space if space > start else end
        ranges.append((start, end))
        start = end
    return [*ranges, (start, len(text))]
