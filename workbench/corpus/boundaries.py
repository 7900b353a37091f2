"""Where a text may be cut with the least harm: before headings, paragraphs and sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.corpus.sections import Heading

__all__ = ["Boundaries", "find_boundaries"]

# Possessive quantifiers and the look-behind keep the time linear on runs of dots, blanks and line ends.
_PARAGRAPH = re.compile(r"\n[^\S\n]*+\n\s*+|\f\s*+")
_SENTENCE = re.compile(
    r"(?<![.!?…])(?P<end>[.!?…]++)[\"'”’»)\]]*+\s++"
    r"|[。！？]++[」』）”’]*+\s*+"
    r"|\n(?=[^\S\n]*+(?:[-*•+]|\d{1,3}[.)])\s)"
)
_LAST_WORD = re.compile(r"[^\s(\[“\"']*+\Z")
_ABBREVIATIONS = frozenset(
    """e.g i.e cf vs approx ca dr mr mrs ms prof st sp spp al var subsp gen sen rep rev hon jr sr ed eds trans resp incl
    est mt ft inc ltd co corp dept univ u.s u.k""".split()  # noqa: SIM905
)
_BEFORE_NUMBERS = frozenset("no nos fig figs eq eqs sec vol pp p ch art tab par ref refs".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Offsets, in characters and ascending, at which a chunk may begin.

    `sentences` holds those of `paragraphs`, and these those of `headings`. None lies between a heading and what
    follows it: a heading at the end of a chunk says nothing.
    """

    headings: Sequence[int]
    paragraphs: Sequence[int]
    sentences: Sequence[int]


def find_boundaries(text: str, headings: Sequence[Heading]) -> Boundaries:
    """Find the boundaries of a text.

    Paragraphs end at blank lines and form feeds. Sentences end at `. ! ? …` before white space, at `。！？`, and
    before list items. Abbreviations, initials, numbers of list items and decimals end none, nor does a mark that a
    lower-case letter follows.
    """
    starts = [heading.start for heading in headings]
    after = {_next(text, heading.end) for heading in headings} - set(starts)
    paragraphs = {match.end() for match in _PARAGRAPH.finditer(text)} | set(starts)
    sentences = {match.end() for match in _SENTENCE.finditer(text) if _ends(text, match)} | paragraphs
    return Boundaries(starts, sorted(paragraphs - after), sorted(sentences - after))


def _next(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _ends(text: str, match: re.Match[str]) -> bool:
    if match["end"] is None:
        return True
    following = text[match.end() : match.end() + 1]
    if following.islower():
        return False
    return match["end"] != "." or not _abbreviates(text, match.start(), following)


def _abbreviates(text: str, dot: int, following: str) -> bool:
    window = text[max(0, dot - 20) : dot]
    last = _LAST_WORD.search(window)
    word = last.group() if last else ""
    if len(word) == 1 and word.isupper():
        return True
    if word.isdigit():
        # `3.` at the start of a line numbers an item.
        return not window.rpartition("\n")[2].strip().strip(word) and (dot <= 20 or "\n" in window)
    lower = word.lower()
    return lower in _ABBREVIATIONS or (lower in _BEFORE_NUMBERS and following.isdigit())
