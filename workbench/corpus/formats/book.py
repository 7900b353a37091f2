"""EPUB books: their chapters in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from workbench.corpus.clean import clean_text
from workbench.corpus.formats.archive import Archive, open_archive
from workbench.corpus.formats.base import Content, Failed, Part, RawFile, Skipped, some
from workbench.corpus.formats.decoding import decode
from workbench.corpus.formats.html_text import html_text, parse_html

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["read_book"]

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/rights.xml"
# Older books declare HTML's own entities at the top of a page, which an HTML parser would take for text.
_DECLARATIONS = re.compile(r"<!DOCTYPE[^>\[]{0,1000}\[[^\]]{0,100000}\]\s*>", re.IGNORECASE)
_PAGES = ("application/xhtml+xml", "text/html", "")


def read_book(file: RawFile) -> Content:
    """Read a book as one document, a form feed between its chapters, so that their numbers can be counted.

    A chapter is a file of the book's spine that has text, as books are divided for readers' devices; its headings
    name it better, and are kept.
    """
    with open_archive(file.data, "an EPUB book") as archive:
        if _RIGHTS in archive:
            raise Failed("encrypted by its seller (DRM); it cannot be read here")
        package = _package(archive)
        contents = _markup(archive, package)
        chapters, problems = [], []
        for name in _spine(contents, dirname(package)):
            file.check()
            try:
                source, _ = decode(archive.text(name, entities=True))
                page = parse_html(_DECLARATIONS.sub("", source))
                chapters.append(clean_text(html_text(page)).replace("\f", "\n"))
            except (Failed, Skipped) as error:
                problems.append(f"{name}: {error}")
    chapters = [chapter for chapter in chapters if chapter.strip()]
    if not chapters:
        raise (
            Failed(some(problems)) if problems else Skipped("no text in it: its pages are pictures; run it through OCR")
        )
    title = contents.find("dc:title")
    return Content((Part("\n\f\n".join(chapters), _words(title.get_text()) if title else ""),), "epub", some(problems))


def _words(text: str) -> str:
    return " ".join(clean_text(text).split())


def _markup(archive: Archive, name: str) -> BeautifulSoup:
    # An HTML parser knows no entities but HTML's own and opens nothing, so it is safer for XML than one of XML.
    return parse_html(decode(archive.text(name))[0])


def _package(archive: Archive) -> str:
    """Give the name of the file that lists the book's contents."""
    named = _markup(archive, _CONTAINER).find("rootfile") if _CONTAINER in archive else None
    name = unquote(str(named.get("full-path", ""))) if named else ""
    name = name or next((one for one in archive.names if one.lower().endswith(".opf")), "")
    if not name:
        raise Failed("not an EPUB book: it has no list of its contents; save it again in the program that made it")
    return name


def _spine(contents: BeautifulSoup, folder: str) -> Iterator[str]:
    """Give the names of the book's pages in reading order, each once."""
    pages = {
        item.get("id"): normpath(join(folder, unquote(str(item.get("href", "")))))
        for item in contents.find_all("item")
        if item.get("media-type", "") in _PAGES
    }
    order = dict.fromkeys(item.get("idref") for item in contents.find_all("itemref") if item.get("linear") != "no")
    yield from (pages[one] for one in order if one in pages)
