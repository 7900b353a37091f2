"""Plain text and Markdown."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.corpus.formats.common import decode, one_document
from workbench.records import Document

__all__ = ["read"]

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


def read(file: Path, name: str) -> tuple[list[Document], str]:
    """Give the file as one document, its title the first Markdown heading."""
    text, encoding = decode(file.read_bytes())
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    heading = _HEADING.search(text) if file.suffix.lower() in (".md", ".markdown") else None
    return [one_document(file, name, text, heading[1] if heading else "")], encoding
