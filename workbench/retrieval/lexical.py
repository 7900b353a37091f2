"""Lexical search: BM25 over stemmed words."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from workbench.errors import Cancelled
from workbench.retrieval.language import language_of, stemmer, stop_words

__all__ = ["LexicalIndex", "has_unspaced"]

_WORD = re.compile(r"\b\w\w+\b")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_BATCH = 2000
"""Texts cut into words between two looks at the cancel event."""


class LexicalIndex:
    """The BM25 score of every text for a question.

    bm25s with its defaults: the variant of Lucene (Kamphuis et al., "Which BM25 do you mean?", ECIR 2020), k1 1.5,
    b 0.75. Words are lower-cased runs of two or more letters and digits, without stop words, cut to their stem in the
    language of the texts; scripts that put no blanks between words count as pairs of characters.

    Parameters
    ----------
    texts
        n texts.
    cancel
        Polled while the index is made.
    language
        Of stemmer and stop words, such as `english`; found out from the texts by default, empty for neither.

    Raises
    ------
    Cancelled
        `cancel` was set before the index was made.
    """

    def __init__(
        self, texts: Sequence[str], cancel: threading.Event | None = None, language: str | None = None
    ) -> None:
        self.language = language_of(texts) if language is None else language
        self._size = len(texts)
        self._stop = stop_words(self.language)
        self._stem: Callable[[str], str] = stemmer(self.language)
        self._known: dict[str, int] = {}
        self._vocabulary: dict[str, int] = {}
        self._index: Any = self._made(texts, cancel or threading.Event())

    def scores(self, question: str) -> np.ndarray:
        """Give float32 (n,): the BM25 score of each text, 0 where it holds no word of the question."""
        stems = [self._vocabulary.get(self._stem(word)) for word in words(question) if word not in self._stop]
        found = [number for number in stems if number is not None]
        if self._index is None or not found:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._index.get_scores_from_ids(found), dtype=np.float32)

    def _made(self, texts: Sequence[str], cancel: threading.Event) -> Any:
        rows: list[list[int]] = []
        for start in range(0, len(texts), _BATCH):
            if cancel.is_set():
                raise Cancelled("The word index was stopped before it was made; search again to make it.")
            rows += [self._numbers(text) for text in texts[start : start + _BATCH]]
        if not self._vocabulary:
            return None
        import bm25s

        made = bm25s.BM25()
        made.index((rows, dict(self._vocabulary)), show_progress=False)
        return made

    def _numbers(self, text: str) -> list[int]:
        found = []
        for word in words(text):
            number = self._known.get(word)
            if number is None:
                number = self._known[word] = self._number(word)
            if number >= 0:
                found.append(number)
        return found

    def _number(self, word: str) -> int:
        """Give the number of a word's stem, a new one if it is new; -1 for a stop word."""
        if word in self._stop:
            return -1
        return self._vocabulary.setdefault(self._stem(word), len(self._vocabulary))


def has_unspaced(texts: Iterable[str]) -> bool:
    """Tell whether any text has a run of a script that puts no blanks between words."""
    return any(_UNSPACED.search(text) for text in texts)


def words(text: str) -> list[str]:
    """Give the words of a text in their order, lower case; pairs of characters where a script has no blanks."""
    lower = text.lower()
    found = _WORD.findall(_UNSPACED.sub(" ", lower))
    for run in _UNSPACED.findall(lower):
        found += [run[at : at + 2] for at in range(max(1, len(run) - 1))]
    return found
