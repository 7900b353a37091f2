"""Which passages an answer cites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.records import Citation, Passage

__all__ = ["find_citations", "without_citations"]

_ITEM = r"\d{1,3}(?:\s*[-–—]\s*\d{1,3})?"
_CITATION = re.compile(rf"\[\s*({_ITEM}(?:\s*[,;]\s*{_ITEM})*)\s*\]")
_RANGE = re.compile(_ITEM)
_NUMBER = re.compile(r"\d{1,3}")
_LONGEST = 20
"""Passages that one range may name; `[1-300]` is no citation."""


def find_citations(text: str, passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """Find `[n]`, `[n, m]` and `[n-m]` in an answer and check each number against the passages of the prompt.

    A number that no passage of the prompt has is kept, with `chunk=None`, so that it can be marked. Of a range, the
    first and the last number stand where they are written, those between at the dash, all of no length.
    """
    chunks = {passage.rank: passage.chunk.id for passage in passages}
    return tuple(citation for match in _CITATION.finditer(text) for citation in _citations(match, chunks))


def _citations(match: re.Match[str], chunks: dict[int, str]) -> Iterator[Citation]:
    whole = _NUMBER.fullmatch(match[1])
    for item in _RANGE.finditer(match[1]):
        written = list(_NUMBER.finditer(item.group()))
        ends = [_place(match, item, number) for number in written]
        if whole:
            ends = [match.span()]
        values = [int(number.group()) for number in written]
        yield Citation(values[0], *ends[0], chunks.get(values[0]))
        if len(values) == 2:
            between = range(values[0] + 1, values[1])
            for value in between if len(between) <= _LONGEST else ():
                yield Citation(value, ends[0][1], ends[0][1], chunks.get(value))
            yield Citation(values[1], *ends[1], chunks.get(values[1]))


def _place(match: re.Match[str], item: re.Match[str], number: re.Match[str]) -> tuple[int, int]:
    start = match.start(1) + item.start() + number.start()
    return start, start + len(number.group())


def without_citations(sentence: str) -> str:
    """Give a sentence with a blank for each citation."""
    return _CITATION.sub(" ", sentence)
