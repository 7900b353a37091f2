"""One small file for each kind of file; the ending of the name decides."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from workbench.corpus.formats.common import Skipped
from workbench.records import Document, FileReport

__all__ = ["READERS", "read_file"]

_HERE = "workbench.corpus.formats"

READERS = {
    **dict.fromkeys((".md", ".markdown", ".txt", ".text", ".rst", ""), "text:read"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html:read"),
    **dict.fromkeys((".csv", ".tsv"), "table:read_csv"),
    ".jsonl": "table:read_jsonl",
    ".pdf": "pdf:read",
}
"""Ending to the function that reads it, imported when it is first needed."""


def read_file(file: Path, name: str) -> tuple[list[Document], FileReport]:
    """Read one file.

    Raises
    ------
    Skipped
        It is of no kind that is read, or holds nothing.
    """
    ending = file.suffix.lower()
    if ending not in READERS:
        raise Skipped(f"not a format that is read: {ending}")
    module, _, function = READERS[ending].partition(":")
    read: Callable[[Path, str], tuple[list[Document], str]] = getattr(import_module(f"{_HERE}.{module}"), function)
    documents, encoding = read(file, name)
    characters = sum(len(document.text) for document in documents)
    return documents, FileReport(name, "loaded", "", characters, encoding)
