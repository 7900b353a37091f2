"""How good a place a token's start is to begin a new chunk."""

from __future__ import annotations

import re

import numpy as np

from workbench.sentences import sentence_ends

__all__ = ["HEADING", "PARAGRAPH", "SENTENCE", "WORD", "strengths"]

WORD, SENTENCE, PARAGRAPH, HEADING = 1, 2, 3, 4

_SPACE = re.compile(r"\s+")
_LINE = re.compile(r"\n\s*")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_HEADING = re.compile(r"(?:^|\n)\s*(?=#{1,6}[ \t])|\f\s*")


def strengths(text: str, starts: np.ndarray) -> np.ndarray:
    """Grade each token start, int8 (n,): 0 inside a word, then WORD, SENTENCE (or line), PARAGRAPH, HEADING (or page).

    Parameters
    ----------
    text
        The document.
    starts
        int (n,), ascending: where its tokens start.
    """
    marks = np.zeros(len(starts), dtype=np.int8)
    for grade, positions in (
        (WORD, [match.end() for match in _SPACE.finditer(text)]),
        (SENTENCE, [*sentence_ends(text), *(match.end() for match in _LINE.finditer(text))]),
        (PARAGRAPH, [match.end() for match in _PARAGRAPH.finditer(text)]),
        (HEADING, [match.end() for match in _HEADING.finditer(text)]),
    ):
        rows = np.searchsorted(starts, np.array(positions, dtype=np.int64))
        rows = rows[rows < len(starts)]
        marks[rows] = np.maximum(marks[rows], grade)
    if len(marks):
        marks[0] = HEADING
    return marks
