"""HTML pages: what a reader sees, headings kept as headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.corpus.formats.common import decode, one_document
from workbench.records import Document

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["read"]

_HIDDEN = ["script", "style", "noscript", "template", "svg", "head", "iframe", "object"]
_BLOCKS = ["p", "div", "section", "article", "ul", "ol", "table", "blockquote", "pre", "header", "footer", "main"]
_SPACES = re.compile(r"[ \t\xa0]+")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def read(file: Path, name: str) -> tuple[list[Document], str]:
    """Give the page as one document: scripts and styles left out, `# Heading` lines, cells apart by a bar."""
    from bs4 import BeautifulSoup

    text, encoding = decode(file.read_bytes())
    page = BeautifulSoup(text, "html.parser")
    heading = page.find("h1") or page.title
    title = heading.get_text(" ", strip=True) if heading else ""
    return [one_document(file, name, _visible(page), title)], encoding


def _visible(page: BeautifulSoup) -> str:
    for node in page.find_all(_HIDDEN):
        node.decompose()
    for node in page.find_all([f"h{level}" for level in range(1, 7)]):
        words = node.get_text(" ", strip=True)
        node.replace_with(f"\n\n{'#' * int(node.name[1])} {words}\n\n")
    for node in page.find_all("tr"):
        cells = [cell.get_text(" ", strip=True) for cell in node.find_all(["th", "td"])]
        node.replace_with(f"{' | '.join(cells)}\n")
    for node in page.find_all("li"):
        node.insert(0, "- ")
        node.append("\n")
    for node in page.find_all("br"):
        node.replace_with("\n")
    for node in page.find_all(_BLOCKS):
        node.insert_before("\n\n")
        node.insert_after("\n\n")
    lines = [_SPACES.sub(" ", line).strip() for line in page.get_text().splitlines()]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
