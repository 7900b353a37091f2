"""Cutting one text into spans of at most so many tokens."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator

import numpy as np

from workbench.corpus.boundaries import Boundaries

__all__ = ["CHARACTERS_PER_TOKEN", "LEAST_LONGEST", "Cutter"]

CHARACTERS_PER_TOKEN = 20
"""A chunk has at most this many characters a token of its size ..."""
LEAST_LONGEST = 1000
"""... or this many if that is more. Models read a word that they do not know as one token, however long it is."""

# How full a chunk must be, in tokens, before it may end there rather than at a lesser boundary further on.
_HEADING_SHARE = 0.25
_PARAGRAPH_SHARE = 0.5
_SENTENCE_SHARE = 0.35
_LINE_SHARE = 0.75
_MOST_ACCENTS = 8
"""Marks upon one letter; more are no writing."""
_TEXT = re.compile(r"\S")


class Cutter:
    """Finds the spans of one text.

    Parameters
    ----------
    text
        Not blank.
    tokens
        int32 (n, 2): where each token begins and ends, in characters, ascending.
    boundaries
        Where chunks begin and end if they can.
    size, overlap
        In tokens, `0 <= overlap < size`.
    count
        Gives the tokens of a piece on its own. Asked only for pieces that begin or end within a word, whose tokens
        may differ from those that they had in the whole.
    """

    def __init__(
        self,
        text: str,
        tokens: np.ndarray,
        boundaries: Boundaries,
        size: int,
        overlap: int,
        count: Callable[[str], int],
    ) -> None:
        self.text = text
        self.starts = np.ascontiguousarray(tokens[:, 0])
        self.ends = np.ascontiguousarray(tokens[:, 1])
        self.boundaries = boundaries
        self.size = size
        self.overlap = overlap
        self.count = count
        self.longest = max(LEAST_LONGEST, CHARACTERS_PER_TOKEN * size)
        self.total = len(text.rstrip())

    def spans(self) -> Iterator[tuple[int, int]]:
        """Give (start, end) of each chunk, stripped; starts and ends both ascend strictly."""
        start, done = self._text_from(0), 0
        while start < self.total:
            floor = max(start, self._text_from(done))
            if self._reach(start) <= floor:
                # No new character fits behind the overlap.
                start = floor
            cut = self._cut(start, floor)
            yield start, start + len(self.text[start:cut].rstrip())
            if cut >= self.total:
                return
            start, done = self._text_from(self._resume(start, cut)), cut

    def _text_from(self, place: int) -> int:
        found = _TEXT.search(self.text, place)
        return found.start() if found else len(self.text)

    def _cut(self, start: int, floor: int) -> int:
        """Give where the chunk from `start` ends: above `floor`, at the best boundary within its size."""
        first = self._first(start)
        # A character may be several tokens; one has to go in.
        hard = max(self._reach(start), floor + 1)
        if hard >= self.total:
            cut = self.total
        else:
            cut = self._at_boundary(first, floor, hard) or self._at_word(floor, hard) or self._in_word(floor, hard)
        return self._shrunk(start, floor, cut)

    def _first(self, start: int) -> int:
        return int(np.searchsorted(self.ends, start, side="right"))

    def _reach(self, start: int) -> int:
        """Give the furthest end of a chunk from `start`."""
        return min(self._begin(self._first(start) + self.size), start + self.longest)

    def _begin(self, token: int) -> int:
        return int(self.starts[token]) if token < len(self.starts) else self.total

    def _at_boundary(self, first: int, floor: int, hard: int) -> int | None:
        kinds = (
            (self.boundaries.headings, _HEADING_SHARE),
            (self.boundaries.paragraphs, _PARAGRAPH_SHARE),
            (self.boundaries.sentences, _SENTENCE_SHARE),
        )
        for places, share in kinds:
            last = bisect_right(places, hard) - 1
            if last >= 0 and places[last] > floor and places[last] >= self._begin(first + int(share * self.size)):
                return places[last]
        line = self.text.rfind("\n", max(floor, self._begin(first + int(_LINE_SHARE * self.size))), hard)
        return line + 1 if line >= 0 else None

    def _at_word(self, floor: int, hard: int) -> int | None:
        return next((place for place in range(hard, floor, -1) if self.text[place - 1].isspace()), None)

    def _in_word(self, floor: int, hard: int) -> int:
        # Behind a mark (of a URL, or of Chinese) in the second half, if there is one, and never before an accent.
        for place in range(hard, (floor + hard) // 2, -1):
            if not self.text[place - 1].isalnum() and self.text[place].isalnum():
                return place
        places = range(hard, max(floor, hard - _MOST_ACCENTS), -1)
        return next((place for place in places if not unicodedata.category(self.text[place]).startswith("M")), hard)

    def _shrunk(self, start: int, floor: int, cut: int) -> int:
        if self._between_words(start) and self._between_words(cut):
            return cut
        while cut > floor + 1 and (count := self.count(self.text[start:cut].rstrip())) > self.size:
            cut = max(floor + 1, start + min((cut - start) * self.size // count, cut - start - 1))
        return cut

    def _between_words(self, place: int) -> bool:
        return place == 0 or place >= self.total or _parts(self.text[place - 1]) or _parts(self.text[place])

    def _resume(self, start: int, cut: int) -> int:
        """Give where the next chunk starts: at most `overlap` tokens before the cut, but never across a heading."""
        if not self.overlap or self._is_heading(cut):
            return cut
        behind = int(np.searchsorted(self.starts, cut, side="left")) - self.overlap
        if behind > 0 and self.starts[behind] == self.starts[behind - 1]:
            # Within the tokens of one character, which would all be repeated.
            behind = int(np.searchsorted(self.starts, self.starts[behind], side="right"))
        low = max(self._begin(behind) if behind > 0 else 0, start + 1, cut - self.longest // 2)
        place = self._sentence_or_word(low, cut)
        if self._between_words(place) and self._between_words(cut):
            return place
        return place if self.count(self.text[place:cut]) <= self.overlap else cut

    def _sentence_or_word(self, low: int, cut: int) -> int:
        sentence = bisect_left(self.boundaries.sentences, low)
        if sentence < len(self.boundaries.sentences) and self.boundaries.sentences[sentence] < cut:
            return self.boundaries.sentences[sentence]
        words = range(low, cut)
        return next((at for at in words if self.text[at - 1].isspace() and not self.text[at].isspace()), cut)

    def _is_heading(self, place: int) -> bool:
        at = bisect_left(self.boundaries.headings, place)
        return at < len(self.boundaries.headings) and self.boundaries.headings[at] == place


def _parts(letter: str) -> bool:
    """Tell white space that parts words for tokenizers too; BERT's drops a form feed and joins what is around it."""
    return letter.isspace() and (letter in "\t\n\r" or unicodedata.category(letter) != "Cc")
