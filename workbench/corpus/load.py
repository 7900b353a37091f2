"""From any source to documents, with a report on everything that was looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from workbench.corpus.files import read_files
from workbench.corpus.memory import read_documents, read_frame, read_texts
from workbench.corpus.sources import check_source, kind_of, locate
from workbench.records import Document, FileReport, LoadReport, Question

__all__ = ["Corpus", "load"]

_DIGITS = 12


@dataclass(frozen=True, eq=False)
class Corpus:
    """What was read.

    Attributes
    ----------
    name
        Base name of the folder, or `memory`.
    documents
        In reading order, ids unique.
    report
        A row for every file or item.
    questions
        Those of a `questions.jsonl` at the top of the folder.
    identity
        Name of the default store's folder.
    """

    name: str
    documents: tuple[Document, ...] = field(repr=False)
    report: LoadReport
    questions: tuple[Question, ...] = field(repr=False)
    identity: str


def load(source: Any, cancel: Event | None = None, progress: Callable[[int, int], None] | None = None) -> Corpus:
    """Read a corpus.

    Parameters
    ----------
    source
        As in `Workbench`.
    cancel
        Looked at between files.
    progress
        Called with (files read, files in all).

    Raises
    ------
    CorpusNotFound, InputError
        As `check_source`; and where a table has no text column, or ids that are not unique.
    Cancelled
        It was asked to stop.
    """
    check_source(source)
    kind = kind_of(source)
    if kind in ("path", "paths"):
        paths = [locate(one) for one in ([source] if kind == "path" else source)]
        documents, files, questions = read_files(paths, cancel or Event(), progress)
        return Corpus(*_named(paths[0], documents, files, questions))
    readers: dict[str, Callable[[Any], tuple[list[Document], list[FileReport]]]] = {
        "nothing": lambda _: ([], []),
        "texts": read_texts,
        "frame": read_frame,
        "documents": read_documents,
    }
    read, files = readers[kind](source)
    return Corpus("memory", tuple(read), LoadReport(tuple(files)), (), f"memory-{_content_digest(read)}")


def _named(
    path: Path, documents: list[Document], files: list[FileReport], questions: list[Question]
) -> tuple[str, tuple[Document, ...], LoadReport, tuple[Question, ...], str]:
    name = path.name or "root"
    digest = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:_DIGITS]
    return name, tuple(documents), LoadReport(tuple(files)), tuple(questions), f"{name}-{digest}"


def _content_digest(documents: Iterable[Document]) -> str:
    total = hashlib.sha256()
    for document in documents:
        for part in (document.id, document.text):
            data = part.encode("utf-8", "surrogatepass")
            # The length in front keeps ("ab", "c") apart from ("a", "bc").
            total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:_DIGITS]
