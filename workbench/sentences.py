"""Where sentences begin and end in a text, and which words carry its meaning."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["content_words", "sentence_ends", "sentence_spans"]

_LOOK_BACK = 12
"""Characters before a full stop that may be an abbreviation."""

_END = re.compile(r"(?:[.!?…]+[\"'”’)\]]*(?:\s*\[\d+\])*(?=\s|$))|\n\s*\n|\n(?=\s*(?:[-*•#]|\d+\.)\s)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|etc|approx|ca|c|no|fig|dr|mr|mrs|ms|st|prof|sp|spp|al|a\.m|p\.m)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")

_STOP = frozenset(
    """a about after all also am an and any are as at be because been before being between both but by can could did do
    does doing down during each few for from further had has have having he her here hers him his how i if in into is
    it its itself just like may me might more most must my no nor not now of off on once one only or other our out over
    own same she should so some such than that the their them then there these they this those through to too under
    until up us very was we were what when where which while who whom why will with would you your""".split()  # noqa: SIM905
)


def sentence_ends(text: str) -> list[int]:
    """Give where sentences end, as offsets behind their last mark.

    Abbreviations, initials and decimals do not end one; blank lines and list items do.
    """
    ends = []
    start = 0
    for match in _END.finditer(text):
        before = text[max(start, match.end() - _LOOK_BACK) : match.end()].rstrip("\"'”’)] ")
        if match.group().startswith(".") and _ABBREVIATION.search(before) and match.end() < len(text):
            continue
        ends.append(match.end())
        start = match.end()
    return ends


@lru_cache(maxsize=4096)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Give (start, end) of each sentence, stripped; a citation `[2]` after the full stop belongs to it."""
    ends = sentence_ends(text)
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    return tuple(stripped for span in spans if (stripped := _strip(text, *span)))


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    if not piece.strip():
        return None
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


@lru_cache(maxsize=4096)
def content_words(text: str) -> frozenset[str]:
    """Give the words that carry meaning: lower case, no stop words, a plural `s` dropped."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(_singular(word) for word in words if word not in _STOP and (len(word) > 3 or not word.isdigit()))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
