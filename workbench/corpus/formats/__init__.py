"""The file formats that are read: one small module each, chosen by a file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

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

__all__ = ["Content", "Failed", "Part", "RawFile", "Skipped", "format_of", "reader_of"]

Reader = Callable[[RawFile], Content]

_FORMATS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "text": (read_plain, (".txt", ".text", ".log", "")),
    "markdown": (read_marked, (".md", ".markdown", ".mdown")),
    "rst": (read_marked, (".rst",)),
    "html": (read_html, (".html", ".htm", ".xhtml")),
    "csv": (read_csv, (".csv", ".tsv")),
    "jsonl": (read_jsonl, (".jsonl", ".ndjson")),
    "json": (read_json, (".json",)),
    "notebook": (read_notebook, (".ipynb",)),
    "python": (read_plain, (".py",)),
    "pdf": (read_pdf, (".pdf",)),
    "docx": (read_word, (".docx",)),
    "pptx": (read_slides, (".pptx",)),
    "epub": (read_book, (".epub",)),
    "e-mail": (read_message, (".eml",)),
    "mailbox": (read_mailbox, (".mbox",)),
}
_BY_SUFFIX = {suffix: kind for kind, (_, suffixes) in _FORMATS.items() for suffix in suffixes}


def format_of(name: str) -> str:
    """Give the format that a file's name promises, such as `markdown`; empty if it is none that we read."""
    return _BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), "")


def reader_of(name: str) -> Reader:
    """Give the reader of a file.

    Raises
    ------
    Skipped
        Its suffix is none that we read.
    """
    kind = format_of(name)
    if not kind:
        raise Skipped(f"not a text format we read: {PurePosixPath(name).suffix.lower()}")
    return _FORMATS[kind][0]
