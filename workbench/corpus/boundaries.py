"""Where a text may be cut with the least harm: before headings, paragraphs and sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.corpus.sections import Heading
from workbench.sentences import abbreviates

__all__ = ["Boundaries", "find_boundaries"]

# Possessive quantifiers and the look-behind keep the time linear on runs of dots, blanks and line ends.
_PARAGRAPH = re.compile(r"\n[^\S\n]*+\n\s*+|\f\s*+")
_SENTENCE = re.compile(
    r"(?<![.!?…])(?P<end>[.!?…]++)[\"'”’»)\]]*+\s++"
    r"|[。！？]++[」』）”’]*+\s*+"
    r"|\n(?=[^\S\n]*+(?:[-*•+]|\d{1,3}[.)])\s)"
)


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
    return match["end"] != "." or not abbreviates(text, match.start(), following)
