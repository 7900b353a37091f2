"""HTML: what a reader sees, with headings as `# Heading`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.corpus.clean import clean_text
from workbench.corpus.formats.base import Content, Failed, Part, RawFile
from workbench.corpus.formats.decoding import decode

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

__all__ = ["html_text", "parse_html", "read_html"]

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{1,40})""", re.IGNORECASE)
_DROPPED = frozenset(
    "audio canvas head iframe noscript object script select style svg template textarea video".split()  # noqa: SIM905
)
_BLOCKS = frozenset(
    """address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form
    header hr html legend main nav ol p pre section summary table tbody tfoot thead ul""".split()  # noqa: SIM905
)
_LINES = frozenset({"br", "li", "option", "tr", "caption"})
_CELLS = frozenset({"td", "th"})
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_MOST_TAGS = 1_000_000
"""Marks of tags in a page; a tree of so many takes a gigabyte of memory."""
_XML = re.compile(r"<\?xml\b", re.IGNORECASE)
_ODD_SECTION = re.compile(r"<!\[(?!(?:temp|cdata|ignore|include|rcdata|if|else|endif)(?![-.\w]))", re.IGNORECASE)
"""What Python's parser gives a whole page up for; it is taken as text."""
_SPACE = re.compile(r"\s+")
_NONE, _WORD, _CELL, _LINE, _BLANK = range(5)
_GAPS = ("", " ", " | ", "\n", "\n\n")


def read_html(file: RawFile) -> Content:
    """Read a page as one document, titled with its <title>, else its first <h1>."""
    if file.data.count(b"<") > _MOST_TAGS:
        raise Failed(f"more than {_MOST_TAGS:,} tags; split it")
    declared = _DECLARED.search(file.data[:4096])
    source, encoding = decode(file.data, declared[1].decode("ascii", "ignore") if declared else "")
    soup = parse_html(source)
    named = next((found for found in (soup.find("title"), soup.find("h1")) if found and found.get_text().strip()), None)
    title = " ".join(clean_text(named.get_text()).split()) if named else ""
    return Content((Part(clean_text(html_text(soup)), title),), encoding)


def parse_html(source: str) -> BeautifulSoup:
    """Give the tree of a page as browsers would mend it; nothing is fetched, and no entity but HTML's is known."""
    from bs4 import BeautifulSoup

    # Without what it would warn of, to no one's use: XML read as HTML, and a page that is only an address.
    return BeautifulSoup(_ODD_SECTION.sub("&lt;![", _XML.sub("<?", source)) + "\n", "html.parser")


def html_text(root: Tag) -> str:
    """Give the text of a tree: blocks apart by a blank line, rows and items on lines, cells apart by ` | `.

    Scripts, styles, comments and whatever else is not text on the page are left out.
    """
    from bs4.element import NavigableString, PreformattedString, Tag

    writer = _Writer()
    # A stack rather than recursion: a page nested a thousand deep is read like any other.
    pending: list[tuple[object, bool]] = [(root, True)]
    while pending:
        node, opening = pending.pop()
        if isinstance(node, Tag):
            if node.name in _DROPPED:
                continue
            writer.tag(node.name, opening)
            if opening:
                pending.append((node, False))
                pending.extend((child, True) for child in reversed(node.contents))
        # Comments, doctypes and CDATA are preformatted strings.
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            writer.text(str(node))
    return writer.whole()


class _Writer:
    """Collects text, and remembers which gap is due before more of it: the widest that was asked for."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._gap = _NONE
        self._mark = ""
        self._pre = 0
        self._heading = 0

    def tag(self, name: str, opening: bool) -> None:
        step = 1 if opening else -1
        if name in _HEADINGS:
            self._heading += min(step, 0)
            self._open(_BLANK)
            self._mark = f"{_HEADINGS[name]} " if opening else ""
            self._heading += max(step, 0)
        elif name in _BLOCKS:
            self._pre += step if name == "pre" else 0
            self._open(_BLANK)
        elif name in _LINES:
            self._open(_LINE)
            if name == "li" and not self._heading:
                self._mark = "- " if opening else ""
        elif name in _CELLS:
            # At both ends, since HTML lets a cell go unclosed.
            self._open(_CELL)

    def text(self, text: str) -> None:
        if self._pre:
            self._write(text.strip("\n"))
            return
        words = _SPACE.sub(" ", text)
        if words.startswith(" "):
            self._open(_WORD)
        self._write(words.strip())
        if words.endswith(" "):
            self._open(_WORD)

    def whole(self) -> str:
        return "".join(self._out)

    def _open(self, gap: int) -> None:
        # A heading is one line, whatever is inside it.
        self._gap = max(self._gap, min(gap, _WORD) if self._heading else gap)

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._out:
            self._out.append(_GAPS[self._gap])
        self._out.append(self._mark + text)
        self._gap, self._mark = _NONE, ""
