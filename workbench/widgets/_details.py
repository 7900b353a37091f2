"""What the tabs of the details panel say: chunks, selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.records import Chunk

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["chunks_tab", "selection_tab"]

LISTED = 200
"""Chunks that are listed; a filter finds the others."""
SNIPPET = 240


def chunks_tab(wb: Workbench, words: str = "") -> dict[str, Any]:
    """Give the chunks whose id or text holds all `words`, at most 200 of them, with the tokens of each."""
    chunks = wb.chunk_list
    if not chunks:
        return {"empty": "The chunks are listed here once a corpus is read."}
    wanted = words.casefold().split()
    found = [row for row, chunk in enumerate(chunks) if _holds(chunk, wanted)] if wanted else range(len(chunks))
    counts = wb.token_counts if wb.token_counts is not None and len(wb.token_counts) == len(chunks) else None
    rows = [
        _listed(chunks[row])
        | ({} if counts is None else {"tokens": int(counts[row]), "truncated": _cut(int(counts[row]), wb.longest)})
        for row in found[:LISTED]
    ]
    return {"rows": rows, "words": words, "count": _count(len(rows), len(found), len(chunks)), "longest": wb.longest}


def _holds(chunk: Chunk, words: Sequence[str]) -> bool:
    text = f"{chunk.id}\n{chunk.text}".casefold()
    return all(word in text for word in words)


def _cut(tokens: int, longest: int | None) -> bool:
    return longest is not None and tokens > longest


def _count(shown: int, found: int, total: int) -> str:
    if shown < found:
        return f"The first {shown} of {found:,} chunks: type words to find others"
    return f"{found:,} of {total:,} chunks" if found < total else f"{total:,} chunks"


def _listed(chunk: Chunk) -> dict[str, Any]:
    text = " ".join(chunk.text[: 2 * SNIPPET].split())
    return {"id": chunk.id, "text": f"{text[:SNIPPET]}…" if len(text) > SNIPPET else text}


def selection_tab(wb: Workbench) -> dict[str, Any]:
    """Give the selected chunks, at most 200 of them."""
    if not wb.selection:
        return {"empty": "Draw a lasso or box on the map, Shift+click a point, or set wb.selection: it is listed here."}
    chosen = set(wb.selection)
    rows = [_listed(chunk) for chunk in wb.chunk_list if chunk.id in chosen]
    return {
        "rows": rows[:LISTED],
        "count": _count(min(len(rows), LISTED), len(rows), len(rows)).partition(":")[0] + " chosen",
        "only": wb.only_selection,
    }
