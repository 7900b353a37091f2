"""JSON lines and JSON lists: a document an entry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from workbench.corpus.formats.base import MOST_ROWS, Content, Failed, Part, RawFile, Skipped, some
from workbench.corpus.formats.decoding import decode
from workbench.corpus.formats.rows import row_part

__all__ = ["read_json", "read_jsonl"]


def read_jsonl(file: RawFile) -> Content:
    """Read one object (or string) a line; rows are numbered by line from 1, and broken lines are told."""
    text, encoding = decode(file.data)
    entries: list[tuple[int, object]] = []
    problems: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if number % 1000 == 0:
            file.check()
            _require_few(len(entries) + len(problems))
        if line.strip():
            try:
                entries.append((number, json.loads(line)))
            except ValueError:
                problems.append(f"line {number} is not JSON")
    if not entries:
        raise Failed(some(problems)) if problems else Skipped("empty")
    return _rows(entries, encoding, problems)


def read_json(file: RawFile) -> Content:
    """Read a list as a document an entry, numbered from 1; anything else as one document, its text as it stands."""
    text, encoding = decode(file.data)
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Failed(f"not JSON: {error}") from error
    if isinstance(value, list):
        _require_few(len(value))
        return _rows(enumerate(value, 1), encoding, [])
    return Content((Part(text),), encoding)


def _require_few(entries: int) -> None:
    if entries > MOST_ROWS:
        raise Failed(f"more than {MOST_ROWS:,} entries; split it")


def _rows(entries: Iterable[tuple[int, object]], encoding: str, problems: list[str]) -> Content:
    parts = []
    for number, entry in entries:
        row = entry if isinstance(entry, Mapping) else {"text": entry if isinstance(entry, str) else ""}
        part = row_part(number, row)
        if part is None:
            problems.append(f"entry {number} has no text")
        else:
            parts.append(part)
    return Content(tuple(parts), encoding, some(problems))
