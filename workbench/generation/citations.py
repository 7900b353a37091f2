"""Which passages an answer cites, and how well its sentences stand in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.records import Citation, Passage, Sentence
from workbench.sentences import content_words, sentence_spans

__all__ = ["find_citations", "support_sentences"]

_CITATION = re.compile(r"\[\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*\]")
_NUMBER = re.compile(r"\d{1,3}")


def find_citations(text: str, passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """Find `[n]` and `[n, m]` in an answer and check each number against the passages of the prompt.

    A number that no passage of the prompt has is kept, with `chunk=None`, so that it can be marked.
    """
    chunks = {passage.rank: passage.chunk.id for passage in passages}
    return tuple(
        _citation(match, number, chunks) for match in _CITATION.finditer(text) for number in _NUMBER.finditer(match[1])
    )


def _citation(match: re.Match[str], number: re.Match[str], chunks: dict[int, str]) -> Citation:
    only = match.group(1) == number.group()
    start = match.start() if only else match.start(1) + number.start()
    end = match.end() if only else match.start(1) + number.end()
    value = int(number.group())
    return Citation(value, start, end, chunks.get(value))


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
