"""A document as the embedding model sees it: where chunks begin, where they overlap, what is cut off."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from workbench.protocols import Tokenizer
from workbench.records import Chunk, Document

__all__ = ["histogram", "lens", "unseen"]

WINDOW = 12_000
"""Characters of a document that are shown at a time."""
BINS = 24


def unseen(chunks: Sequence[Chunk], tokens: Sequence[int], limit: int | None, tokenizer: Tokenizer | None) -> list[int]:
    """Give, for each chunk, the character of its document from which on the model reads no more.

    Parameters
    ----------
    chunks, tokens
        n chunks and their numbers of tokens.
    limit
        Most tokens of text that the model reads; None where unknown.
    tokenizer
        Asked for the place in those chunks that are too long; without one nothing is said to be cut.

    Returns
    -------
    list of int
        n offsets; the chunk's `end` where all of it is read.
    """
    ends = [chunk.end for chunk in chunks]
    if limit is None or tokenizer is None:
        return ends
    long = [place for place, number in enumerate(tokens) if number > limit]
    spans = tokenizer.offsets([chunks[place].text for place in long]) if long else []
    for place, offsets in zip(long, spans, strict=True):
        ends[place] = chunks[place].start + int(offsets[limit - 1][1])
    return ends


def lens(document: Document, chunks: Sequence[Chunk], seen: Sequence[int], start: int = 0) -> dict[str, Any]:
    """Cut a document where its look changes.

    Parameters
    ----------
    document
        Whose text is shown, `WINDOW` characters from `start`.
    chunks
        Its chunks, in order.
    seen
        For each of them the end, in characters of the document, of what the model reads.
    start
        First character.

    Returns
    -------
    dict
        `pieces`: text `t`, `begins` (the numbers, from 1, of chunks that begin here), `over` (in more than one
        chunk), `cut` (in no chunk's visible part), `out` (in no chunk). `from`, `to`, `total` in characters.
    """
    total = len(document.text)
    start = max(0, min(start, total - 1)) if total else 0
    end = min(start + WINDOW, total)
    near = [
        (chunk, limit) for chunk, limit in zip(chunks, seen, strict=True) if chunk.start < end and chunk.end > start
    ]
    edges = {edge for chunk, limit in near for edge in (chunk.start, limit, chunk.end)} | {start, end}
    cuts = sorted(edge for edge in edges if start <= edge <= end)
    pieces = [_piece(document.text, first, last, near) for first, last in pairwise(cuts)]
    return {"pieces": pieces, "from": start, "to": end, "total": total, "window": WINDOW}


def _piece(text: str, first: int, last: int, near: Sequence[tuple[Chunk, int]]) -> dict[str, Any]:
    inside = [(chunk, limit) for chunk, limit in near if chunk.start <= first and last <= chunk.end]
    piece: dict[str, Any] = {"t": text[first:last]}
    begins = [chunk.ordinal + 1 for chunk, _ in inside if chunk.start == first]
    if begins:
        piece["begins"] = begins
    if not inside:
        piece["out"] = True
    elif all(last > limit for _, limit in inside):
        piece["cut"] = True
    elif len(inside) > 1:
        piece["over"] = True
    return piece


def histogram(tokens: np.ndarray | None, limit: int | None) -> dict[str, Any] | None:
    """Count chunks by their tokens.

    Returns
    -------
    dict or None
        `bins`: `from` and `to` in tokens (`to` excluded), `n` chunks and whether they are `over` the limit; `limit`
        and its place `at`, 0 to 1, on the axis of `most` tokens; `sentence` says the same. None without chunks.
    """
    if tokens is None or not len(tokens):
        return None
    most = max(int(tokens.max()), limit or 0) + 1
    width = max(1, -(-most // BINS))
    numbers = np.bincount(tokens // width, minlength=-(-most // width))
    axis = width * len(numbers)
    bins = [
        {
            "from": place * width,
            "to": (place + 1) * width,
            "n": int(number),
            "over": bool(limit and place * width > limit),
        }
        for place, number in enumerate(numbers)
    ]
    return {
        "bins": bins,
        "most": axis,
        "limit": limit,
        "at": round(limit / axis, 4) if limit else None,
        "sentence": _sentence(tokens, limit),
    }


def _sentence(tokens: np.ndarray, limit: int | None) -> str:
    least, middle, most = int(tokens.min()), int(np.median(tokens)), int(tokens.max())
    spread = f"{least:,} to {most:,} tokens a chunk, half of the chunks up to {middle:,}"
    said = f"{most:,} tokens in {'the one chunk' if len(tokens) == 1 else 'every chunk'}" if least == most else spread
    if limit is None:
        return said
    long = int(np.count_nonzero(tokens > limit))
    fit = "all fit" if not long else f"{long:,} {'is' if long == 1 else 'are'} longer than"
    return f"{said}; {fit} {'into ' if not long else ''}the {limit:,} that the model reads"
