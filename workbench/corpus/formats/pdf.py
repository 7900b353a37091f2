"""PDF: the text layer, pages kept apart by form feeds."""

from __future__ import annotations

import logging
from pathlib import Path

from workbench.corpus.formats.common import Skipped, one_document
from workbench.records import Document

__all__ = ["read"]


def read(file: Path, name: str) -> tuple[list[Document], str]:
    """Give the file as one document.

    Raises
    ------
    Skipped
        It is encrypted, or holds pictures of text only.
    """
    from pypdf import PdfReader

    # pypdf writes what it finds odd to the log; what matters to the person is in the report.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Skipped("encrypted; save a copy without a password")
    pages = [page.extract_text() or "" for page in reader.pages]
    if not any(page.strip() for page in pages):
        raise Skipped("no text layer: its pages are pictures")
    title = str((reader.metadata.title if reader.metadata else "") or "").strip()
    return [one_document(file, name, "\f".join(pages), title)], ""
