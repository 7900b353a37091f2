"""Names of corpora, of their default stores and of documents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from workbench.records import Document

__all__ = ["free_name", "memory_identity", "place_identity", "place_name"]

_ODD = re.compile(r"[^\w.-]+")
_LONGEST = 80
"""Characters of a corpus's name in the name of a folder; file systems allow 255 bytes."""


def place_name(path: Path) -> str:
    """Give the base name of a resolved path; `corpus` for the root of a disk, which has none."""
    return path.name or "corpus"


def place_identity(paths: Sequence[Path], name: str) -> str:
    """Give `<name>-<12 hex digits of SHA-256 of the resolved paths>`, fit to be a folder's name."""
    slug = _ODD.sub("-", name)[:_LONGEST].strip("-.") or "corpus"
    return f"{slug}-{_digest(map(str, paths))}"


def memory_identity(documents: Iterable[Document]) -> str:
    """Give `memory-<12 hex digits of SHA-256 of all ids, titles and texts>`."""
    parts = (part for document in documents for part in (document.id, document.title, document.text))
    return f"memory-{_digest(parts)}"


def free_name(name: str, taken: dict[str, int]) -> str:
    """Give the name, or `<name>~2`, `<name>~3`, ... where it is taken, and take it.

    `taken` keeps the last number of each name: thousands of pages may share the id of their file.
    """
    number, free = taken.get(name, 1), name
    while free in taken:
        number += 1
        free = f"{name}~{number}"
    taken[name] = number
    taken.setdefault(free, 1)
    return free


def _digest(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for number, part in enumerate(parts):
        data = part.encode("utf-8", "surrogateescape")
        # A single path is hashed as it is; between more than one, the length keeps ("ab", "c") from ("a", "bc").
        whole.update(f"\0{len(data)}\0".encode() + data if number else data)
    return whole.hexdigest()[:12]
