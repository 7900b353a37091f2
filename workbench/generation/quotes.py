"""What an answer puts between quotation marks, looked up in the passages: letter for letter, then nearly."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from workbench.generation.citations import find_citations
from workbench.records import Passage, Quote
from workbench.sentences import sentence_spans

__all__ = ["find_quotes"]

_QUOTED = re.compile(r"“([^“”]{3,2000})”|„([^„“”]{3,2000})[“”]|«([^«»]{3,2000})»|(?<!\w)\"([^\"\n]{3,2000})\"(?!\w)")
_LEAST_WORDS = 3
"""A word or two between marks are a term, not a quotation."""
_NEARLY = 0.8
"""Ratio of `difflib` over words from which a quotation counts as fuzzy: one word in five is another."""
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_MARKS = str.maketrans("’‘‛“”„«»–—‑\u00a0", '\'\'\'"""""---\u0020')
_FROM_ENDS = " .,;:!?…\"'"


def find_quotes(text: str, passages: Sequence[Passage]) -> tuple[Quote, ...]:
    """Find quotations of three words or more, and the passage that each comes from.

    The passages that its sentence cites are looked at first, then the others in the order of their ranks.

    Parameters
    ----------
    text
        An answer, whole or as far as it has come.
    passages
        Those of its prompt.
    """
    found = []
    for match in _QUOTED.finditer(text):
        group = next(number for number in range(1, 5) if match[number] is not None)
        if len(_WORD.findall(match[group])) >= _LEAST_WORDS:
            found.append(_looked_up(match[group], match.span(), _cited_first(text, match.start(), passages)))
    return tuple(found)


def _cited_first(text: str, at: int, passages: Sequence[Passage]) -> list[Passage]:
    spans = sentence_spans(text)
    start, end = next(((a, b) for a, b in spans if a <= at < b), (0, len(text)))
    cited = {citation.number for citation in find_citations(text[start:end], passages)}
    return sorted(passages, key=lambda passage: passage.rank not in cited)


def _looked_up(quoted: str, span: tuple[int, int], passages: Sequence[Passage]) -> Quote:
    for passage in passages:
        place = _exactly(quoted, passage.chunk.text)
        if place:
            return Quote(quoted, *span, "exact", 1.0, passage.rank, passage.chunk.id, place)
    tried = [(*_nearly(quoted, passage.chunk.text), passage) for passage in passages]
    if not tried:
        return Quote(quoted, *span, "none")
    ratio, place, passage = max(tried, key=lambda one: one[0])
    if ratio < _NEARLY:
        return Quote(quoted, *span, "none", round(ratio, 3))
    return Quote(quoted, *span, "fuzzy", round(ratio, 3), passage.rank, passage.chunk.id, place)


def _exactly(quoted: str, text: str) -> tuple[int, int] | None:
    """Find a quotation but for white space, the form of marks, and marks at its ends."""
    wanted = _plain(quoted).strip(_FROM_ENDS).split()
    if not wanted:
        return None
    match = re.search(r"\s+".join(map(re.escape, wanted)), _plain(text))
    return match.span() if match else None


def _plain(text: str) -> str:
    """Give a text of the same length, so that places in it are places in the original."""
    composed = unicodedata.normalize("NFC", text)
    return (composed if len(composed) == len(text) else text).translate(_MARKS)


def _nearly(quoted: str, text: str) -> tuple[float, tuple[int, int] | None]:
    """Give the best ratio of a run of as many words, and where that run stands."""
    wanted = _words(quoted)
    places = [match.span() for match in _WORD.finditer(text)]
    words = _words(text)
    size = min(len(wanted), len(words))
    best: tuple[float, tuple[int, int] | None] = (0.0, None)
    bag = Counter(wanted)
    for first in range(len(words) - size + 1 if size else 0):
        run = words[first : first + size]
        # An upper bound of the ratio, cheap to count: most runs share too few words to be worth comparing.
        shared = sum((bag & Counter(run)).values())
        if 2 * shared / (len(wanted) + size) <= max(best[0], _NEARLY / 2):
            continue
        ratio = SequenceMatcher(None, run, wanted, autojunk=False).ratio()
        if ratio > best[0]:
            best = ratio, (places[first][0], places[first + size - 1][1])
    return best


def _words(text: str) -> list[str]:
    return [match.group().lower() for match in _WORD.finditer(_plain(text))]
