"""The file formats that are read: one small module each, chosen by a file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from workbench.corpus.formats.base import Content, Failed, Part, RawFile, Skipped
from workbench.corpus.formats.book import read_book
from workbench.corpus.formats.csv_rows import read_csv
from workbench.corpus.formats.html_text import read_html
from workbench.corpus.formats.json_rows import read_json, read_jsonl
from workbench.corpus.formats.mail import read_mailbox, read_message
from workbench.corpus.formats.notebook import read_notebook
from workbench.corpus.formats.pdf_pages import read_pdf
from workbench.corpus.formats.plain import read_marked, read_plain
from workbench.corpus.formats.slides import read_slides
from workbench.corpus.formats.word_text import read_word

__all__ = ["Content", "Failed", "Part", "RawFile", "Skipped", "format_of", "largest_here", "reader_of"]

Reader = Callable[[RawFile], Content]


class _Format(NamedTuple):
    """A reader, the suffixes of its files, and the bytes up to which they are read in the caller's process."""

    read: Reader
    suffixes: tuple[str, ...]
    here: int | float


_ANY = float("inf")
_SMALL = 4_000_000
"""Bytes of a table that is parsed while nobody waits: a fifth of a second, and a hundred megabytes of memory."""

_FORMATS = {
    "text": _Format(read_plain, (".txt", ".text", ".log", ""), _ANY),
    "markdown": _Format(read_marked, (".md", ".markdown", ".mdown"), _ANY),
    "rst": _Format(read_marked, (".rst",), _ANY),
    "html": _Format(read_html, (".html", ".htm", ".xhtml"), 0),
    "csv": _Format(read_csv, (".csv", ".tsv"), _SMALL),
    "jsonl": _Format(read_jsonl, (".jsonl", ".ndjson"), _SMALL),
    "json": _Format(read_json, (".json",), _SMALL),
    "notebook": _Format(read_notebook, (".ipynb",), _SMALL),
    "python": _Format(read_plain, (".py",), _ANY),
    "pdf": _Format(read_pdf, (".pdf",), 0),
    "docx": _Format(read_word, (".docx",), 0),
    "pptx": _Format(read_slides, (".pptx",), 0),
    "epub": _Format(read_book, (".epub",), 0),
    "e-mail": _Format(read_message, (".eml",), 0),
    "mailbox": _Format(read_mailbox, (".mbox",), 0),
}
_INSTEAD = {
    "save it as .docx": (".doc", ".docm", ".dot", ".dotx", ".odt", ".rtf", ".pages", ".wpd"),
    "save it as .pptx": (".ppt", ".pptm", ".pps", ".ppsx", ".odp", ".key"),
    "save its tables as .csv": (".xls", ".xlsx", ".xlsm", ".ods", ".numbers", ".parquet", ".feather"),
    "save it as .eml": (".msg", ".pst"),
    "convert it to .epub": (".mobi", ".azw", ".azw3", ".djvu"),
    "unpack it": (".zip", ".tar", ".tgz", ".7z", ".rar"),
}
_BY_SUFFIX = {suffix: kind for kind, known in _FORMATS.items() for suffix in known.suffixes}


def format_of(name: str) -> str:
    """Give the format that a file's name promises, such as `markdown`; empty if it is none that we read."""
    return _BY_SUFFIX.get(_suffix(name), "")


def reader_of(name: str) -> Reader:
    """Give the reader of a file.

    Raises
    ------
    Skipped
        Its suffix is none that we read.
    """
    kind = format_of(name)
    if not kind:
        suffix = _suffix(name)
        advice = next((f"; {told}" for told, suffixes in _INSTEAD.items() if suffix in suffixes), "")
        raise Skipped(f"not a text format we read: {suffix}{advice}")
    return _FORMATS[kind].read


def largest_here(name: str) -> int | float:
    """Give the bytes up to which a file is read in the caller's process; a larger one is for a child."""
    kind = format_of(name)
    return _FORMATS[kind].here if kind else _ANY


def _suffix(name: str) -> str:
    # As pathlib finds it, at a tenth of the time: a folder may hold a hundred thousand files.
    base = name.rpartition("/")[2]
    dot = base.rfind(".")
    return base[dot:].lower() if 0 < dot < len(base) - 1 else ""
