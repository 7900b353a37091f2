"""Values as Python source, and pieces of a cell. Whatever a value holds, it stays a value: only `repr` writes it."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["WIDTH", "Part", "assigned", "call", "comment", "is_plain", "text_lines"]

WIDTH = 100
"""Characters of a line, as far as its values let it."""


@dataclass(frozen=True)
class Part:
    """A step of a cell: its imports, as whole lines, and its own lines."""

    imports: tuple[str, ...]
    lines: tuple[str, ...]


def comment(said: str) -> list[str]:
    """Give a comment, broken into lines; it must hold no text of a document, model or person as it is."""
    return textwrap.wrap(said, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)


def call(name: str, *values: object, **named: object) -> str:
    """Give a call with its arguments as literals."""
    given = [*map(repr, values), *(f"{key}={value!r}" for key, value in named.items())]
    return f"{name}({', '.join(given)})"


def is_plain(value: object) -> bool:
    """Tell whether `repr` of a value is the value again."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    if isinstance(value, Mapping):
        return type(value) is dict and all(is_plain(part) for pair in value.items() for part in pair)
    return value is None or type(value) in (str, int, bool)


def assigned(name: str, text: str, behind: str = "") -> list[str]:
    """Give the lines that set a name to a text, and call or add to it what stands `behind`."""
    line = f"{name} = {text!r}{behind}"
    return [line] if len(line) <= WIDTH else [f"{name} = (", *text_lines(text), f"){behind}"]


def text_lines(text: str) -> list[str]:
    """Give a long text as literals below each other, which Python joins; broken behind newlines and spaces."""
    return [f"    {piece!r}" for piece in _pieces(text, WIDTH - 8)] or ["    ''"]


def _pieces(text: str, width: int) -> Iterator[str]:
    """Break a text where it may be broken best: behind the last newline that fits, else a space, else anywhere."""
    while len(text) > width:
        cut = text.rfind("\n", 0, width) + 1 or text.rfind(" ", 1, width) + 1 or width
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text
