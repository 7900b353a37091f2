"""Files to documents, each with its line in the load report; a bad one costs that line and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from workbench.corpus.clean import Scalar, flat_metadata
from workbench.corpus.formats import Content, Part, format_of
from workbench.corpus.formats.base import some
from workbench.corpus.formats.decoding import decode
from workbench.corpus.questions import parse_questions, unknown_documents
from workbench.corpus.reading import Reading, open_bytes, refusal
from workbench.corpus.walk import QUESTIONS, Found
from workbench.records import Document, FileReport, Question

__all__ = ["read_files"]

_RESERVED = frozenset({"source", "format", "folder"})


def read_files(
    found: Sequence[Found],
    check: Callable[[], None],
    progress: Callable[[int, int], None],
    reading: Reading | None = None,
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
    reading
        How single files are read; all in this process unless it says otherwise.
    """
    reading = reading or Reading(check)
    reading.expect(found)
    documents: list[Document] = []
    reports: list[FileReport] = []
    questions: tuple[Question, ...] = ()
    asked: int | None = None
    for number, one in enumerate(found, 1):
        check()
        if one.refused is None and one.name == QUESTIONS:
            questions, report = _read_questions(one)
            asked = len(reports)
        else:
            read, report = _read(one, reading)
            documents.extend(read)
        reports.append(report)
        progress(number, len(found))
    if asked is not None:
        said = unknown_documents(questions, {document.id for document in documents})
        reports[asked] = replace(reports[asked], reason="; ".join(filter(None, (reports[asked].reason, said))))
    return documents, reports, questions


def _read(found: Found, reading: Reading) -> tuple[list[Document], FileReport]:
    if found.refused is not None:
        return [], found.refused
    content = reading.content(found)
    if isinstance(content, FileReport):
        return [], content
    documents = [_document(found.name, part) for part in content.parts if part.text.strip()]
    if not documents:
        return [], FileReport(found.name, "skipped", content.note or "empty")
    return documents, _loaded(found.name, documents, content)


def _loaded(name: str, documents: list[Document], content: Content) -> FileReport:
    characters = sum(len(document.text) for document in documents)
    return FileReport(name, "loaded", content.note, characters, content.encoding)


def _document(name: str, part: Part) -> Document:
    path = PurePosixPath(name)
    metadata: dict[str, Scalar] = {"source": name, "format": format_of(name)}
    if len(path.parts) > 1:
        metadata["folder"] = path.parts[0]
    for field, value in flat_metadata(part.metadata).items():
        metadata[f"column.{field}" if field in _RESERVED else field] = value
    return Document(f"{name}#{part.key}" if part.key else name, part.text, part.title or path.name, metadata)


def _read_questions(found: Found) -> tuple[tuple[Question, ...], FileReport]:
    try:
        text, encoding = decode(open_bytes(found.path))
        questions, problems = parse_questions(text)
    except Exception as error:  # noqa: BLE001 - as for any other file
        return (), refusal(found.name, error)
    said = [f"{len(questions)} questions of the corpus, not a document", *([some(problems)] if problems else [])]
    return questions, FileReport(found.name, "skipped", "; ".join(said), len(text), encoding)
