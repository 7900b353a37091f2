"""PDF: the text layer, page by page."""

from __future__ import annotations

import io
import logging
from threading import Lock
from typing import TYPE_CHECKING

from workbench.corpus.clean import clean_text
from workbench.corpus.formats.base import Content, Failed, Part, RawFile, Skipped, some

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["read_pdf"]


def read_pdf(file: RawFile) -> Content:
    """Read a PDF as one document, a form feed between its pages, so that their numbers can be counted."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    with _quiet:
        try:
            reader = PdfReader(io.BytesIO(file.data))
            _open(reader)
            pages, problems = _pages(reader, file)
            title = _title(reader)
        except PyPdfError as error:
            raise Failed(f"not a readable PDF: {error}") from error
    if not any(page.strip() for page in pages):
        if problems:
            raise Failed(some(problems))
        raise Skipped("no text layer: its pages are pictures; run it through OCR first")
    # With a line end in front: BERT's tokenizer drops a form feed and would join the words around it.
    return Content((Part("\n\f".join(pages), title),), "pdf", some(problems))


def _open(reader: PdfReader) -> None:
    from pypdf.errors import DependencyError

    if not reader.is_encrypted:
        return
    try:
        # Many PDFs are encrypted only to forbid printing, and open with no password.
        opened = reader.decrypt("")
    except DependencyError as error:
        raise Failed("encrypted with AES; save it without encryption") from error
    if not opened:
        raise Failed("encrypted: it needs a password; save it without one")


def _pages(reader: PdfReader, file: RawFile) -> tuple[list[str], list[str]]:
    pages, problems = [], []
    for number in range(len(reader.pages)):
        file.check()
        try:
            text = reader.pages[number].extract_text()
        except Exception as error:  # noqa: BLE001 - pypdf raises anything on a broken page; it is reported
            problems.append(f"page {number + 1} could not be read ({type(error).__name__})")
            text = ""
        # A form feed means a page from here on.
        pages.append(clean_text(text.replace("\f", "\n")).strip())
    return pages, problems


def _title(reader: PdfReader) -> str:
    try:
        title = reader.metadata.title if reader.metadata else None
    except Exception:  # noqa: BLE001 - a broken information dictionary only costs the title: the file's name serves
        return ""
    return " ".join(clean_text(str(title)).split()) if title else ""


class _Quiet:
    """Keeps pypdf from logging what it repairs, while at least one file is being read.

    Without a handler Python prints warnings to standard error, which in a notebook is the middle of a page.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._readers = 0
        self._level = logging.NOTSET

    def __enter__(self) -> None:
        logger = logging.getLogger("pypdf")
        with self._lock:
            if not self._readers:
                self._level = logger.level
                logger.setLevel(logging.CRITICAL + 1)
            self._readers += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._readers -= 1
            if not self._readers:
                logging.getLogger("pypdf").setLevel(self._level)


_quiet = _Quiet()
