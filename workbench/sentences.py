"""Where sentences begin and end in a text, and which words carry its meaning."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["abbreviates", "content_words", "sentence_ends", "sentence_spans"]

# Possessive quantifiers and the look-behind keep the time linear on runs of dots, blanks and line ends.
_END = re.compile(
    r"(?<![.!?…])(?P<mark>[.!?…]++)[\"'”’»)\]]*+(?:\s*+\[[\d,;\s]++\])*+(?=\s|\Z)"
    r"|[。！？]++[」』）”’]*+(?:\s*+\[[\d,;\s]++\])*+"
    r"|\n[^\S\n]*+\n\s*+"
    r"|\n(?=[^\S\n]*+(?:[-*•+#]|\d{1,3}[.)])\s)"
)
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_NEXT = re.compile(r"\s*+[\"'“‘«(\[]*+(.?)")

_LAST_WORD = re.compile(r"[^\s(\[“\"']*+\Z")
_LOOK_BACK = 20
"""Characters before a full stop that may be an abbreviation."""
_ABBREVIATIONS = frozenset(
    """e.g i.e cf vs approx ca dr mr mrs ms prof st sp spp al var subsp gen sen rep rev hon jr sr ed eds trans resp incl
    est mt ft inc ltd co corp dept univ u.s u.k""".split()  # noqa: SIM905
)
_BEFORE_NUMBERS = frozenset("no nos fig figs eq eqs sec vol pp p ch art tab par ref refs".split())  # noqa: SIM905

_STOP = frozenset(
    """a about after all also am an and any are as at be because been before being between both but by can could did do
    does doing down during each few for from further had has have having he her here hers him his how i if in into is
    it its itself just like may me might more most must my no nor not now of off on once one only or other our out over
    own same she should so some such than that the their them then there these they this those through to too under
    until up us very was we were what when where which while who whom why will with would you your""".split()  # noqa: SIM905
)


def abbreviates(text: str, dot: int, following: str) -> bool:
    """Tell whether the full stop at `dot` belongs to an abbreviation, an initial or a list item's number.

    Parameters
    ----------
    text
        Any.
    dot
        Offset of the full stop.
    following
        The first character of what comes next, white space and quotation marks left out; empty at the end.
    """
    window = text[max(0, dot - _LOOK_BACK) : dot]
    last = _LAST_WORD.search(window)
    word = last.group() if last else ""
    if len(word) == 1 and word.isupper():
        return True
    if word.isdigit():
        # `3.` at the start of a line numbers an item.
        return not window.rpartition("\n")[2].strip().strip(word) and (dot <= _LOOK_BACK or "\n" in window)
    lower = word.lower()
    return lower in _ABBREVIATIONS or (lower in _BEFORE_NUMBERS and following.isdigit())


def sentence_ends(text: str) -> list[int]:
    """Give where sentences end, as offsets behind their last mark, ascending.

    Abbreviations, initials, decimals and numbers of list items do not end one, nor does a mark that a lower-case letter
    follows; blank lines and list items do. A citation `[2]` after the mark belongs to the sentence.
    """
    return [match.end() for match in _END.finditer(text) if _ends(text, match)]


def _ends(text: str, match: re.Match[str]) -> bool:
    if match["mark"] is None:
        return True
    after = _NEXT.match(text, match.end())
    following = after[1] if after else ""
    if following.islower():
        return "\n\n" in text[match.end() : match.end() + 2]
    return match["mark"] != "." or not following or not abbreviates(text, match.start(), following)


@lru_cache(maxsize=4096)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Give (start, end) of each sentence, stripped; all text but white space is in one of them."""
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
    """Give the words that carry meaning: lower case, no stop words, `'s` and a plural `s` dropped."""
    words = (_POSSESSIVE.sub("", word) for word in _WORD.findall(unicodedata.normalize("NFC", text).lower()))
    return frozenset(_singular(word) for word in words if _means(word))


def _means(word: str) -> bool:
    # Numbers of up to three digits stand for citations and list items as often as for amounts.
    return word not in _STOP and not word.endswith(("n't", "n’t")) and (len(word) > 3 or not word.isdigit())


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
