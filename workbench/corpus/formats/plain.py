"""Plain text, Markdown, reStructuredText and source code: kept as they are."""

from __future__ import annotations

from workbench.corpus.formats.base import Content, Part, RawFile
from workbench.corpus.formats.decoding import decode
from workbench.corpus.sections import find_headings

__all__ = ["read_marked", "read_plain"]


def read_plain(file: RawFile) -> Content:
    """Read a text as one document, titled with the file's name."""
    text, encoding = decode(file.data)
    return Content((Part(text),), encoding)


def read_marked(file: RawFile) -> Content:
    """Read a text with headings as one document, titled with the first of them."""
    text, encoding = decode(file.data)
    headings = find_headings(text)
    return Content((Part(text, headings[0].title if headings else ""),), encoding)
