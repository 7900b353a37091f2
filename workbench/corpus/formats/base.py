"""What a format's reader is given and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["MOST_ROWS", "Content", "Failed", "Part", "RawFile", "Skipped", "some"]

MOST_ROWS = 1_000_000
"""Documents of one file; a list of them takes a gigabyte of memory."""


class Skipped(Exception):
    """The file holds no text for us; the message is the reason in the load report."""


class Failed(Exception):
    """The file should hold text but cannot be read; the message is the reason in the load report."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as bytes, at least one. `check` raises `Cancelled` when the person has stopped the load."""

    name: str
    data: bytes = field(repr=False)
    check: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Part:
    """A document within a file; `key` follows the `#` of its id, empty where the file is one document."""

    text: str
    title: str = ""
    key: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """All documents of a file, the encoding of its text, and what else the load report should say."""

    parts: tuple[Part, ...]
    encoding: str = ""
    note: str = ""


def some(problems: list[str], most: int = 3) -> str:
    """Join the first few problems into one phrase."""
    more = f" and {len(problems) - most} more" if len(problems) > most else ""
    return "; ".join(problems[:most]) + more
