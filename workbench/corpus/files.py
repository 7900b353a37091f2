"""Files to documents, each with its line in the load report; a bad one costs that line and nothing else."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from workbench.corpus.clean import Scalar, flat_metadata
from workbench.corpus.formats import Content, Failed, Part, RawFile, Skipped, format_of, reader_of
from workbench.corpus.formats.base import some
from workbench.corpus.formats.decoding import decode
from workbench.corpus.questions import parse_questions, unknown_documents
from workbench.corpus.walk import QUESTIONS, Found
from workbench.errors import Cancelled
from workbench.records import Document, FileReport, Question

__all__ = ["MAX_BYTES", "read_files"]

MAX_BYTES = 100_000_000
"""Largest file that is read; a text of this size is 25 million tokens, days of embedding."""

_RESERVED = frozenset({"source", "format", "folder"})


def read_files(
    found: Sequence[Found], check: Callable[[], None], progress: Callable[[int, int], None]
) -> tuple[list[Document], list[FileReport], tuple[Question, ...]]:
    """Read files in order.

    Parameters
    ----------
    found
        Files and what was refused on the way to them.
    check
        Called between files and pages; raises `Cancelled` to stop.
    progress
        Told (files done, files in all).
    """
    documents: list[Document] = []
    reports: list[FileReport] = []
    questions: tuple[Question, ...] = ()
    asked: int | None = None
    for number, one in enumerate(found, 1):
        check()
        if one.refused is None and one.name == QUESTIONS:
            questions, report = _read_questions(one, check)
            asked = len(reports)
        else:
            read, report = _read(one, check)
            documents.extend(read)
        reports.append(report)
        progress(number, len(found))
    if asked is not None:
        said = unknown_documents(questions, {document.id for document in documents})
        reports[asked] = replace(reports[asked], reason="; ".join(filter(None, (reports[asked].reason, said))))
    return documents, reports, questions


def _read(found: Found, check: Callable[[], None]) -> tuple[list[Document], FileReport]:
    if found.refused is not None:
        return [], found.refused
    try:
        if PurePosixPath(found.name).name == QUESTIONS:
            raise Skipped("questions are no document, and only those at the top of the folder are offered")
        read = reader_of(found.name)
        content = read(RawFile(found.name, _bytes(found), check))
        documents = [_document(found.name, part) for part in content.parts if part.text.strip()]
        if not documents:
            raise Skipped(content.note or "empty")
    except Exception as error:  # noqa: BLE001 - whatever a parser raises becomes the file's line in the report
        return [], _report(found.name, error)
    return documents, _loaded(found.name, documents, content)


def _loaded(name: str, documents: list[Document], content: Content) -> FileReport:
    characters = sum(len(document.text) for document in documents)
    return FileReport(name, "loaded", content.note, characters, content.encoding)


def _report(name: str, error: Exception) -> FileReport:
    if isinstance(error, Cancelled):
        raise error
    if isinstance(error, Skipped):
        return FileReport(name, "skipped", str(error))
    if isinstance(error, Failed):
        return FileReport(name, "failed", str(error))
    if isinstance(error, OSError):
        # Without the path: reports are shown, copied and saved.
        return FileReport(name, "failed", error.strerror or type(error).__name__)
    return FileReport(name, "failed", f"its content is damaged ({type(error).__name__}: {error})")


def _bytes(found: Found) -> bytes:
    status = found.path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise Skipped("not a regular file (a pipe, socket or device)")
    if status.st_size > MAX_BYTES:
        raise Skipped(f"{status.st_size / 1e6:,.0f} MB, and at most {MAX_BYTES / 1e6:,.0f} MB are read; split it")
    with found.path.open("rb") as file:
        data = file.read(MAX_BYTES)
    if not data:
        raise Skipped("empty")
    return data


def _document(name: str, part: Part) -> Document:
    path = PurePosixPath(name)
    metadata: dict[str, Scalar] = {"source": name, "format": format_of(name)}
    if len(path.parts) > 1:
        metadata["folder"] = path.parts[0]
    for field, value in flat_metadata(part.metadata).items():
        metadata[f"column.{field}" if field in _RESERVED else field] = value
    return Document(f"{name}#{part.key}" if part.key else name, part.text, part.title or path.name, metadata)


def _read_questions(found: Found, check: Callable[[], None]) -> tuple[tuple[Question, ...], FileReport]:
    try:
        text, encoding = decode(RawFile(found.name, _bytes(found), check).data)
        questions, problems = parse_questions(text)
    except Exception as error:  # noqa: BLE001 - as for any other file
        return (), _report(found.name, error)
    said = [f"{len(questions)} questions of the corpus, not a document", *([some(problems)] if problems else [])]
    return questions, FileReport(found.name, "skipped", "; ".join(said), len(text), encoding)
