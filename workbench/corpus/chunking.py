"""Documents into chunks, counted in the embedding model's own tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from threading import Event
from typing import Literal

import numpy as np

from workbench.corpus.boundaries import HEADING, SENTENCE, WORD, strengths
from workbench.errors import Cancelled, InputError
from workbench.protocols import Tokenizer
from workbench.records import Chunk, Document

__all__ = ["chunk_documents"]

_WINDOW = 256
"""Documents tokenised at a time."""
_WIDEST = 24
"""Characters a token may stand for on average: a model that reads a word of 10,000 letters as one unknown token
must not be given a chunk of megabytes."""
_HEADINGS = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_MARKED_UP = ("md", "markdown", "html", "htm", "xhtml")


def chunk_documents(
    documents: Sequence[Document],
    tokenizer: Tokenizer,
    size: int | Literal["document"],
    overlap: int = 0,
    cancel: Event | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Chunk, ...]:
    """Cut documents into chunks.

    A chunk ends at a heading or paragraph in its second half if there is one, else at the end of a sentence, else
    of a word; a single word of more than `size` tokens is cut.

    Parameters
    ----------
    documents
        In order.
    tokenizer
        Of the embedding model.
    size
        Most tokens in a chunk; `"document"` for one chunk a document.
    overlap
        Most tokens that a chunk repeats of the one before; it begins with a sentence if one fits, else with a word.
    cancel
        Looked at between documents.
    progress
        Called with (documents cut, documents in all).

    Returns
    -------
    tuple of Chunk
        No chunk is blank; together they hold all text that is not.

    Raises
    ------
    InputError
        size below 1, or overlap not in 0 .. size - 1.
    """
    _check(size, overlap)
    chunks: list[Chunk] = []
    for start in range(0, len(documents), _WINDOW):
        window = documents[start : start + _WINDOW]
        offsets = (
            tokenizer.offsets([document.text for document in window]) if size != "document" else [None] * len(window)
        )
        for document, tokens in zip(window, offsets, strict=True):
            if cancel is not None and cancel.is_set():
                raise Cancelled("Cutting into chunks was stopped; nothing was changed.")
            spans = _whole(document.text) if tokens is None else _cut(document.text, tokens, tokenizer, size, overlap)  # type: ignore[arg-type]
            chunks += _chunks(document, spans)
        if progress is not None:
            progress(start + len(window), len(documents))
    return tuple(chunks)


def _check(size: object, overlap: object) -> None:
    if size == "document":
        return
    if not isinstance(size, int) or size < 1:
        raise InputError(f"chunk_size is {size!r}; give a whole number of tokens, 1 or more, or 'document'.")
    if not isinstance(overlap, int) or not 0 <= overlap < size:
        raise InputError(f"chunk_overlap is {overlap!r}; give a whole number from 0 to {size - 1}, below chunk_size.")


def _whole(text: str) -> list[tuple[int, int]]:
    return [(0, len(text))]


def _cut(text: str, tokens: np.ndarray, tokenizer: Tokenizer, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Give (start, end) in characters, untrimmed at the ends."""
    starts = _split_wide(tokens)
    marks = strengths(text, starts)
    at, behind = 0, 0
    while at < len(starts) or at == 0:
        end = _end(starts, marks, at, behind, size)
        first = int(starts[at]) if at else 0
        last = int(starts[end]) if end < len(starts) else len(text)
        inside_word = (end < len(starts) and marks[end] < WORD) or (at < len(starts) and at and marks[at] < WORD)
        yield from _halved(text, first, last, tokenizer, size) if inside_word else [(first, last)]
        if end >= len(starts):
            return
        behind, at = end, _next_start(marks, at, end, overlap)


def _split_wide(tokens: np.ndarray) -> np.ndarray:
    """Give where tokens start, with more starts inside those that stand for very long words."""
    wide = np.flatnonzero(tokens[:, 1] - tokens[:, 0] > _WIDEST * 2)
    more = [np.arange(tokens[row, 0] + _WIDEST, tokens[row, 1], _WIDEST) for row in wide]
    return np.unique(np.concatenate([tokens[:, 0], *more]))


def _end(starts: np.ndarray, marks: np.ndarray, at: int, behind: int, size: int) -> int:
    limit = min(at + size, len(starts))
    # Texts between the tokens count too: a page of blanks must not make a chunk of megabytes.
    limit = max(at + 1, min(limit, int(np.searchsorted(starts, starts[at] + size * _WIDEST)))) if len(starts) else 0
    if limit >= len(starts):
        return len(starts)
    # Each chunk must reach beyond the one before.
    least = max(behind + 1, at + 1)
    for strength, share in ((HEADING, 0.5), (HEADING - 1, 0.5), (SENTENCE, 0.34), (WORD, 0.0)):
        low = max(least, at + int(share * (limit - at)))
        found = np.flatnonzero(marks[low : limit + 1] >= strength)
        if len(found):
            return low + int(found[-1])
    return max(least, limit)


def _next_start(marks: np.ndarray, at: int, end: int, overlap: int) -> int:
    low = max(at + 1, end - overlap)
    if low >= end or marks[end] >= HEADING:
        return end
    for strength in (SENTENCE, WORD):
        found = np.flatnonzero(marks[low:end] >= strength)
        if len(found):
            return low + int(found[0])
    return end


def _halved(text: str, start: int, end: int, tokenizer: Tokenizer, size: int) -> Iterator[tuple[int, int]]:
    """Halve a piece that was cut inside a word until the tokenizer finds it short enough."""
    if end - start <= 1 or int(tokenizer.count([text[start:end]])[0]) <= size:
        yield start, end
        return
    middle = (start + end) // 2
    yield from _halved(text, start, middle, tokenizer, size)
    yield from _halved(text, middle, end, tokenizer, size)


def _chunks(document: Document, spans: Sequence[tuple[int, int]] | Iterator[tuple[int, int]]) -> list[Chunk]:
    text = document.text
    headings = _headings(document)
    found: list[Chunk] = []
    for first, last in spans:
        piece = text[first:last]
        stripped = piece.strip()
        if not stripped:
            continue
        start = first + len(piece) - len(piece.lstrip())
        ordinal = len(found)
        metadata = {**document.metadata, **_place(document, headings, start)}
        found.append(
            Chunk(f"{document.id}:{ordinal}", document.id, ordinal, start, start + len(stripped), stripped, metadata)
        )
    return found


def _headings(document: Document) -> list[tuple[int, str]]:
    if document.metadata.get("format") not in _MARKED_UP:
        return []
    return [(match.start(), match[1]) for match in _HEADINGS.finditer(document.text)]


def _place(document: Document, headings: list[tuple[int, str]], start: int) -> dict[str, str | int]:
    if document.metadata.get("format") == "pdf":
        return {"page": document.text.count("\f", 0, start) + 1}
    above = [title for position, title in headings if position <= start]
    return {"section": above[-1]} if above else {}
