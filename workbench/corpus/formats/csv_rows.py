"""Comma-separated values: a document a row."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import Lock

from workbench.corpus.clean import Scalar
from workbench.corpus.formats.base import MOST_ROWS, Content, Failed, RawFile, Skipped
from workbench.corpus.formats.decoding import decode
from workbench.corpus.formats.rows import row_part

__all__ = ["read_csv"]

_DELIMITERS = ",;\t|"
_LOOKED_AT = 20
"""Rows that tell the delimiter."""
_SAMPLE = 1_000_000
"""Characters that tell the delimiter."""
_MOST_VALUES = 20_000_000
"""Cells, with those that a short row lacks: a single long row makes all others as long."""
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_LIMIT = Lock()


def read_csv(file: RawFile) -> Content:
    """Read a table with a header; rows are numbered from 1 without it, blank lines not counted.

    A column whose values are all numbers becomes int or float in the metadata; `007` is none.
    """
    text, encoding = decode(file.data)
    delimiter = "\t" if file.name.lower().endswith(".tsv") else _delimiter(text)
    rows: list[list[str]] = []
    for row in _rows(text, delimiter, file.check):
        rows += [row] if row else []
        if len(rows) > MOST_ROWS:
            raise Failed(f"more than {MOST_ROWS:,} rows; split it")
    if not rows:
        raise Skipped("empty")
    if len(rows) == 1:
        raise Skipped("a header without rows")
    width = max(map(len, rows))
    if width * len(rows) > _MOST_VALUES:
        raise Failed(f"{len(rows):,} rows of up to {width:,} columns, as if its delimiter were another; split it")
    names = _names(rows[0], width)
    columns = [_typed([row[place] if place < len(row) else "" for row in rows[1:]]) for place in range(len(names))]
    # A row cannot be longer than the names: these were made for the longest.
    parts = [
        row_part(number, dict(zip(names, values, strict=True)))
        for number, values in enumerate(zip(*columns, strict=True), 1)
    ]
    found = tuple(part for part in parts if part is not None)
    left = len(parts) - len(found)
    return Content(found, encoding, f"{left} of {len(parts)} rows have no text" if left else "")


def _rows(text: str, delimiter: str, check: Callable[[], None] = lambda: None) -> Iterator[list[str]]:
    # Split at \n alone: U+2028 and its like may stand inside a value.
    reader = csv.reader((f"{line}\n" for line in text.rstrip("\n").split("\n")), delimiter=delimiter)
    with _long_values(len(text)):
        try:
            for number, row in enumerate(reader):
                if number % 1000 == 0:
                    check()
                yield row
        except csv.Error as error:
            raise Failed(f"line {reader.line_num:,} is not CSV: {error}") from error


@contextmanager
def _long_values(characters: int) -> Iterator[None]:
    """Let a value be as long as the file: the module's own limit of 131,072 characters is for the whole process."""
    with _LIMIT:
        before = csv.field_size_limit(max(characters + 1, csv.field_size_limit()))
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _delimiter(text: str) -> str:
    sample = text[:_SAMPLE]

    def columns(delimiter: str) -> int:
        try:
            rows = [row for row in islice(_rows(sample, delimiter), _LOOKED_AT) if row]
        except Failed:
            return 0
        if len(sample) < len(text) and len(rows) > 1:
            # The sample may end within it.
            rows.pop()
        widths = set(map(len, rows))
        return widths.pop() if len(widths) == 1 else 0

    best = max(_DELIMITERS, key=columns)
    return best if columns(best) > 1 else max(_DELIMITERS, key=text.partition("\n")[0].count)


def _names(header: Sequence[str], width: int) -> list[str]:
    names: list[str] = []
    taken: set[str] = set()
    for place in range(width):
        name = header[place].strip() if place < len(header) else ""
        name = name or f"column {place + 1}"
        names.append(name if name not in taken else f"{name} {place + 1}")
        taken.add(names[-1])
    return names


def _typed(values: list[str]) -> Sequence[Scalar]:
    values = [value.strip() for value in values]
    given = [value for value in values if value]
    if given and all(map(_WHOLE.fullmatch, given)):
        return [int(value) if value else "" for value in values]
    if given and all(map(_NUMBER.fullmatch, given)):
        return [float(value) if value else "" for value in values]
    return values
