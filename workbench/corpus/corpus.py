"""A corpus that was read, with the report of its reading."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.records import Chunk, Document, LoadReport, Question

__all__ = ["Corpus"]


@dataclass(frozen=True, eq=False)
class Corpus:
    """What came of a source.

    Attributes
    ----------
    name
        Base name of the folder or file; `memory` for texts that came as Python objects.
    documents
        In reading order, ids unique. Empty where nothing could be read: `report` says why.
    report
        One row for every file or item that was looked at.
    questions
        From `questions.jsonl` at the top of the folder.
    identity
        Name of the default store's folder: the corpus's name and 12 hex digits of its place, or of its content
        where it has no place.
    chunks
        As they were cut elsewhere; None where they are still to be cut.
    notes
        What a person should know of where it comes from, a sentence each.
    """

    name: str
    documents: tuple[Document, ...] = field(default=(), repr=False)
    report: LoadReport = field(default_factory=LoadReport)
    questions: tuple[Question, ...] = field(default=(), repr=False)
    identity: str = ""
    chunks: tuple[Chunk, ...] | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
