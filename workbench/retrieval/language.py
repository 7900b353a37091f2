"""Which language texts are in, as far as stemming and stop words go."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

__all__ = ["LANGUAGES", "language_of", "stemmer", "stop_words"]

LANGUAGES = {
    "english": "STOPWORDS_EN",
    "german": "STOPWORDS_GERMAN",
    "dutch": "STOPWORDS_DUTCH",
    "french": "STOPWORDS_FRENCH",
    "spanish": "STOPWORDS_SPANISH",
    "portuguese": "STOPWORDS_PORTUGUESE",
    "italian": "STOPWORDS_ITALIAN",
    "russian": "STOPWORDS_RUSSIAN",
    "swedish": "STOPWORDS_SWEDISH",
    "norwegian": "STOPWORDS_NORWEGIAN",
}
"""Languages with both a Snowball stemmer and a list of stop words, and the list's name in bm25s."""

_WORD = re.compile(r"\w+")
_SAMPLE = 200
"""Texts that are looked at."""
_CHARACTERS = 1000
_LEAST = 0.1
"""Share of stop words below which a text is in none of the languages: prose has a quarter or more."""
_FEW = 4
"""Stop words that a language must have among all that was looked at: fewer may be units or names."""


def language_of(texts: Sequence[str]) -> str:
    """Give the language whose stop words are most frequent in the texts; empty where those of none are frequent."""
    step = max(1, len(texts) // _SAMPLE)
    found = [word for text in texts[::step][:_SAMPLE] for word in _WORD.findall(text[:_CHARACTERS].lower())]
    if not found:
        return ""
    hits = {name: sum(word in stop_words(name) for word in found) for name in LANGUAGES}
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] >= max(_FEW, _LEAST * len(found)) else ""


@cache
def stop_words(language: str) -> frozenset[str]:
    """Give the words that say nothing alone; none for a language that is not listed."""
    if language not in LANGUAGES:
        return frozenset()
    from bm25s import stopwords

    return frozenset(getattr(stopwords, LANGUAGES[language]))


def stemmer(language: str) -> Callable[[str], str]:
    """Give a function that cuts a word to its stem; one that leaves it as it is for a language that is not listed."""
    if language not in LANGUAGES:
        return str
    import Stemmer

    stem: Callable[[str], str] = Stemmer.Stemmer(language).stemWord
    return stem
