"""Headings, pages, slides and chapters: where in a document a place is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.records import Document

__all__ = ["WITH_HEADINGS", "Heading", "Places", "find_headings"]

WITH_HEADINGS = frozenset({"markdown", "html", "rst", "notebook", "docx", "pptx", "epub"})
"""Formats whose texts have headings."""
_PARTS = {"pdf": "page", "pptx": "slide", "epub": "chapter"}
"""What form feeds part, by format."""

# A code fence, `# Heading`, or a line underlined by at least three of = - ~ (Markdown's setext, reStructuredText).
_LINE = re.compile(
    r"^(?:[ ]{0,3}(?P<fence>```|~~~).*"
    r"|[ ]{0,3}#{1,6}[ \t]++(?P<atx>\S.*)"
    r"|(?P<over>[^\s#>|*+-][^\n]{0,199})\n(?:={3,}|-{3,}|~{3,})[ \t]*)$",
    re.MULTILINE,
)
# Between two lines of dashes at the very top: settings of the site's generator.
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:.*\n)*?---[ \t]*$", re.MULTILINE)
_LONGEST = 200
"""Characters of a section's name; a longer heading is cut."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's line (or two, underline included), as characters from `start` to `end`, and its words."""

    start: int
    end: int
    title: str


def find_headings(text: str) -> list[Heading]:
    """Give the headings of a text in order; lines inside fenced code are none."""
    found = []
    fence = ""
    front = _FRONT_MATTER.match(text)
    for match in _LINE.finditer(text, front.end() if front else 0):
        if match["fence"]:
            fence = "" if fence == match["fence"] else fence or match["fence"]
        elif not fence:
            title = _title(match["atx"] or match["over"])
            if title:
                found.append(Heading(match.start(), match.end(), title))
    return found


def _title(line: str) -> str:
    words = line.strip()
    open_end = words.rstrip("#")
    # `# C#` is about a language, `# Llamas #` closes its mark.
    return (open_end if open_end.endswith((" ", "\t")) else words).strip()[:_LONGEST]


class Places:
    """Tells the section and page of a place in a document.

    Parameters
    ----------
    document
        Its `format` says whether it has headings (see `WITH_HEADINGS`) or pages, slides or chapters
        (`pdf`, `pptx`, `epub`: form feeds between them).
    """

    def __init__(self, document: Document) -> None:
        kind = document.metadata.get("format")
        self.headings: Sequence[Heading] = find_headings(document.text) if kind in WITH_HEADINGS else ()
        self._starts = [heading.start for heading in self.headings]
        self._part = _PARTS.get(str(kind), "")
        self._breaks = [match.start() for match in re.finditer("\f", document.text)] if self._part else []

    def of(self, start: int) -> Mapping[str, str | int]:
        """Give `section` (the nearest heading at or above) and `page`, `slide` or `chapter` (from 1), where known."""
        place: dict[str, str | int] = {}
        above = bisect_right(self._starts, start)
        if above:
            place["section"] = self.headings[above - 1].title
        if self._part:
            place[self._part] = 1 + bisect_right(self._breaks, start)
        return place
