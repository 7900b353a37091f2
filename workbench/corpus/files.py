"""Walk folders and read files; every file gets its line in the report."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from workbench.corpus.formats import read_file
from workbench.corpus.formats.common import Skipped
from workbench.errors import Cancelled
from workbench.records import Document, FileReport, Question

__all__ = ["read_files"]

QUESTIONS = "questions.jsonl"
LARGEST = 200_000_000
"""Bytes; a larger file is skipped, since parsing it would take more memory than a laptop has to spare."""

Read = tuple[list[Document], list[FileReport], list[Question]]


def read_files(paths: Sequence[Path], cancel: Event, progress: Callable[[int, int], None] | None) -> Read:
    """Read files and folders, in the order of their names.

    Parameters
    ----------
    paths
        Resolved files and folders. The id of a file is its path below the folder, or its name.
    cancel
        Looked at between files.
    progress
        Called with (files read, files in all).
    """
    found = [(file, name) for path in paths for file, name in _walk(path)]
    documents: list[Document] = []
    reports: list[FileReport] = []
    questions: list[Question] = []
    for number, (file, name) in enumerate(found):
        if cancel.is_set():
            raise Cancelled(f"Reading was stopped after {number} of {len(found)} files; load again to start over.")
        if name == QUESTIONS:
            read, report = _questions(file, name)
            questions += read
        else:
            more, report = _read(file, name)
            documents += more
        reports.append(report)
        if progress is not None:
            progress(number + 1, len(found))
    return documents, reports, questions


def _walk(path: Path) -> Iterator[tuple[Path, str]]:
    if not path.is_dir():
        yield path, path.name
        return
    for folder, below, names in os.walk(path, followlinks=False):
        below[:] = sorted(one for one in below if not one.startswith(".") and one != "__pycache__")
        for name in sorted(names):
            file = Path(folder, name)
            yield file, file.relative_to(path).as_posix()


def _read(file: Path, name: str) -> tuple[list[Document], FileReport]:
    try:
        _check(file, name)
        return read_file(file, name)
    except Skipped as reason:
        return [], FileReport(name, "skipped", str(reason))
    except OSError as error:
        return [], FileReport(name, "failed", error.strerror or type(error).__name__)
    except Exception as error:  # noqa: BLE001 - parsers raise anything; the report is where the person looks
        return [], FileReport(name, "failed", f"{type(error).__name__}: {error}"[:300])


def _check(file: Path, name: str) -> None:
    if Path(name).name.startswith("."):
        raise Skipped("a hidden file")
    if file.is_symlink():
        raise Skipped("a link; only files in the folder itself are read")
    if not file.is_file():
        raise Skipped("not a regular file")
    size = file.stat().st_size
    if size == 0:
        raise Skipped("empty")
    if size > LARGEST:
        raise Skipped(f"{size / 1e6:,.0f} MB; at most {LARGEST / 1e6:,.0f} MB are read. Split the file")


def _questions(file: Path, name: str) -> tuple[list[Question], FileReport]:
    found: list[Question] = []
    broken: list[int] = []
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return [], FileReport(name, "failed", f"the corpus's questions cannot be read: {error}"[:300])
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            documents = tuple(str(one) for one in row.get("documents", ()))
            found.append(Question(str(row.get("id", number)), str(row["question"]), documents))
        except (ValueError, KeyError, TypeError, AttributeError):
            broken.append(number)
    reason = f"{len(found)} questions about the corpus, not a document"
    if broken:
        reason += f"; {len(broken)} lines cannot be read, such as line {broken[0]}"
    return found, FileReport(name, "skipped", reason)
