"""Which passages an answer cites, and how well its sentences stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.records import Citation, Passage, Sentence
from workbench.sentences import content_words, sentence_spans

__all__ = ["find_citations", "support_sentences"]

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


def support_sentences(text: str, passages: Sequence[Passage]) -> tuple[Sentence, ...]:
    """Say for each sentence of an answer how many of its content words its best passage holds.

    This is word overlap, nothing more: it finds statements that the passages never made, and is blind to a
    statement turned round with the same words.
    """
    words = {passage.rank: content_words(passage.chunk.text) for passage in passages}
    return tuple(_supported(text, start, end, words) for start, end in sentence_spans(text))


def _supported(text: str, start: int, end: int, words: dict[int, frozenset[str]]) -> Sentence:
    sentence = text[start:end]
    wanted = content_words(_CITATION.sub(" ", sentence))
    if not wanted or not words:
        return Sentence(sentence, start, end, 1.0 if not wanted else 0.0)
    shares = {rank: len(wanted & held) / len(wanted) for rank, held in words.items()}
    best = max(shares.values())
    return Sentence(
        sentence, start, end, best, tuple(rank for rank, share in sorted(shares.items()) if share == best and best > 0)
    )
