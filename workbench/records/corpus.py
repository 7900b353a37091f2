"""What is read: documents, their chunks, and the report on every file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.shown import NO_MATH

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Chunk", "Document", "FileReport", "LoadReport", "Question"]

Metadata = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Document:
    """One text with its name.

    Attributes
    ----------
    id
        Path below the corpus folder with `/`, `#row` added for a row of a table; the position for a string.
    text
        The whole text as read; pages of a PDF are separated by a form feed.
    title
        First heading, or the file's name.
    metadata
        Flat values to filter and colour by. `source` is the file (or the id), `format` its kind.
    """

    id: str
    text: str
    title: str = ""
    metadata: Metadata = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document: `document.text[start:end] == text`, offsets in characters.

    `id` is `<document>:<ordinal>`. `metadata` holds the document's own, plus `section` (the heading above it),
    `page` (PDF), `slide` (PowerPoint) and `chapter` (EPUB), numbered from 1, where they are known.
    """

    id: str
    document: str
    ordinal: int
    start: int
    end: int
    text: str
    metadata: Metadata = field(default_factory=dict)

    @property
    def leaf(self) -> str:
        """The numbered part of the document that it begins in: `p. 3`, `slide 2`, `chapter 4`, or empty."""
        for name, written in (("page", "p."), ("slide", "slide"), ("chapter", "chapter")):
            if (number := self.metadata.get(name)) is not None:
                return f"{written} {number}"
        return ""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: `status` is loaded, skipped or failed; `reason` says why, in one sentence."""

    path: str
    status: Literal["loaded", "skipped", "failed"]
    reason: str = ""
    characters: int = 0
    encoding: str = ""


@dataclass(frozen=True, eq=False)
class LoadReport:
    """One row for every file (or item) that was looked at, in reading order."""

    files: tuple[FileReport, ...] = ()

    def count(self, status: str) -> int:
        """Give the number of files with this status."""
        return sum(1 for file in self.files if file.status == status)

    def to_frame(self) -> pd.DataFrame:
        """Give a DataFrame: path, status, reason, characters, encoding."""
        from workbench.frames import frame_of

        return frame_of(self.files, FileReport)

    def __repr__(self) -> str:
        return (
            f"LoadReport({self.count('loaded')} loaded, {self.count('skipped')} skipped, {self.count('failed')} failed)"
        )

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(escape=True, index=False, classes=NO_MATH)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that comes with a corpus: `documents` are the ids of the documents that answer it."""

    id: str
    question: str
    documents: tuple[str, ...] = ()
