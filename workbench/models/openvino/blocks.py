"""Texts that are always computed together, so that the same corpus has the same vectors to the last bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["block_ends", "characters_for"]

_CHARACTERS = 20_000
"""In a block: about 0.4 s of all-MiniLM-L6-v2 on two cores. Longer texts gain nothing from company of like length."""
_WEIGHTS = 100e6
"""Bytes of weights up to which a block is as large as that; a model has fewer characters the larger it is."""
_TEXTS = 256


def characters_for(graph: Path) -> int:
    """Give the characters in a block of a model, from the size of its weights beside the .xml."""
    return int(_CHARACTERS * min(1.0, _WEIGHTS / max(1, graph.with_suffix(".bin").stat().st_size)))


def block_ends(texts: Sequence[str], characters: int) -> Iterator[int]:
    """Give the row after each block: 256 texts, or as many as have so many characters together, and at least one.

    A sum of float32 depends in its last bits on how many zeros a text is padded with, and so on its company. Blocks
    depend on the texts alone, and those from a block's end on are blocked as they would be without the ones before.

    Parameters
    ----------
    texts
        In order; looked at one by one.
    characters
        In a block, at most.
    """
    count = taken = 0
    for row, text in enumerate(texts):
        if count and (count == _TEXTS or taken + len(text) > characters):
            yield row
            count = taken = 0
        count, taken = count + 1, taken + len(text)
    if count:
        yield len(texts)
