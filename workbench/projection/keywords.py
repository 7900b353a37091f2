"""Words that mark a group of texts out from the others."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

__all__ = ["keywords"]

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
"""Letters and digits of any script, with apostrophes inside. What has no letter is dropped later."""


def keywords(groups: Sequence[Sequence[str]], count: int = 10) -> list[tuple[str, ...]]:
    """Give the best words of each group by class-based TF-IDF [1]_.

    The weight of word t in group c is tf(t, c) * log(1 + A / f(t)): tf is how often t occurs in the texts of c, f how
    often in those of all groups, A the mean number of words of a group. Words are taken in lower case; numbers alone,
    single characters and English stop words (scikit-learn's list) are left out before counting. A script without
    spaces between words gives whole runs of characters.

    Parameters
    ----------
    groups
        Texts of each group.
    count
        Words wanted of each group.

    Returns
    -------
    list of tuple of str
        For each group its words, the heaviest first, of equals the first in the alphabet.

    References
    ----------
    .. [1] M. Grootendorst, BERTopic: Neural topic modeling with a class-based TF-IDF procedure, arXiv:2203.05794
       (2022), equation 2.
    """
    counts = [_count(texts) for texts in groups]
    everywhere: Counter[str] = Counter()
    for group in counts:
        everywhere.update(group)
    mean = everywhere.total() / max(1, len(counts))
    found = []
    for group in counts:
        weights = {word: times * math.log1p(mean / everywhere[word]) for word, times in group.items()}
        best = sorted((-weight, word) for word, weight in weights.items())[:count]
        found.append(tuple(word for _, word in best))
    return found


def _count(texts: Iterable[str]) -> Counter[str]:
    """Count the words of some texts."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(WORD.findall(unicodedata.normalize("NFC", text).lower()))
    for word in [word for word in counted if word in ENGLISH_STOP_WORDS or not _is_word(word)]:
        del counted[word]
    return counted


def _is_word(word: str) -> bool:
    return len(word) > 1 and any(character.isalpha() for character in word)
