"""CSV, TSV and JSON Lines: a document a row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

from workbench.corpus.formats.common import Skipped, decode, describe
from workbench.corpus.memory import flat
from workbench.records import Document

__all__ = ["read_csv", "read_jsonl"]

_TITLE = 80
_SNIFFED = 8192


def read_csv(file: Path, name: str) -> tuple[list[Document], str]:
    """Give a document a row, id `name#row`, rows from 1 without the header.

    The text is that of a `text` column, else all columns as `name: value` lines; the columns are metadata.
    """
    text, encoding = decode(file.read_bytes())
    delimiter = "\t" if file.suffix.lower() == ".tsv" else _delimiter(text)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    found = [_row(file, name, number, row) for number, row in enumerate(rows, start=1)]
    return _checked(found), encoding


def read_jsonl(file: Path, name: str) -> tuple[list[Document], str]:
    """Give a document a line, id `name#line`; a line that is no object fails the file with its number."""
    text, encoding = decode(file.read_bytes())
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            row = json.loads(line)
            if not isinstance(row, Mapping):
                raise ValueError(f"line {number} is a {type(row).__name__}; each line must be an object")
            found.append(_row(file, name, number, row))
    return _checked(found), encoding


def _delimiter(text: str) -> str:
    try:
        return csv.Sniffer().sniff(text[:_SNIFFED], delimiters=",;\t|").delimiter
    except csv.Error:
        return ","


def _row(file: Path, name: str, number: int, row: Mapping[str | None, object]) -> Document | None:
    named = {str(key): value for key, value in row.items() if key is not None and value not in (None, "")}
    text = named.get("text")
    if not isinstance(text, str):
        text = "\n".join(f"{key}: {value}" for key, value in named.items())
    if not text.strip():
        return None
    kind = file.suffix.lower().lstrip(".")
    values = {key: _number(value) for key, value in flat(named).items() if key != "text"}
    first = next((str(value) for key, value in named.items() if key != "text"), "")
    return Document(f"{name}#{number}", text, first[:_TITLE], {**values, **describe(name, kind), "row": number})


def _number(value: str | float | bool) -> str | int | float | bool:
    """Read numbers as numbers, so that they can be filtered and coloured by."""
    if isinstance(value, str):
        for kind in (int, float):
            try:
                number = kind(value)
            except ValueError:
                continue
            return number if str(number) not in ("nan", "inf", "-inf") else value
    return value


def _checked(documents: list[Document | None]) -> list[Document]:
    found = [document for document in documents if document is not None]
    if not found:
        raise Skipped("no row with text")
    return found
