"""The one place where text from documents becomes text in a figure."""

from __future__ import annotations

import re
from textwrap import wrap

__all__ = ["plain", "readable", "shorten"]

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\s]+")
FORBIDDEN = re.compile("[^\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "%": "&#37;"}


def plain(text: object, width: int = 0) -> str:
    """Give text that plotly shows letter for letter.

    plotly reads `<b>`, `<a href>`, entities, `$...$` (MathJax) and `%{...}` (templates) in its strings; those
    characters become entities, and control characters and runs of white space one space.

    Parameters
    ----------
    text
        Anything; its `str` is shown.
    width
        Characters a line, broken with `<br>`; 0 keeps one line.
    """
    flat = readable(text)
    lines = wrap(flat, width) if width else [flat]
    return "<br>".join("".join(ENTITIES.get(letter, letter) for letter in line) for line in lines)


def shorten(text: object, length: int, keep_end: bool = False) -> str:
    """Give at most `length` characters, `…` where some were left out; the end of a path says more than its start."""
    flat = CONTROL.sub(" ", str(text)).strip()
    if len(flat) <= length:
        return flat
    return f"…{flat[1 - length :]}" if keep_end else f"{flat[: length - 1].rstrip()}…"


def readable(text: object) -> str:
    """Give text on one line, without control characters and those that turn the direction of what follows.

    What XML 1.0 forbids even then (lone surrogates, U+FFFE, U+FFFF) becomes `�`.
    """
    return FORBIDDEN.sub("\ufffd", CONTROL.sub(" ", str(text)).strip())
