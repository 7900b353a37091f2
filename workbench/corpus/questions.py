"""The questions that a corpus brings along."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from workbench.corpus.clean import clean_text
from workbench.corpus.formats.base import some
from workbench.records import Question

__all__ = ["parse_questions", "unknown_documents"]


def parse_questions(text: str) -> tuple[tuple[Question, ...], list[str]]:
    """Read lines of `{"id": "q1", "question": "...", "documents": ["a.md"]}`.

    Returns
    -------
    questions
        Of the lines that can be read. Without an id the line's number serves.
    problems
        One phrase for each line that cannot.
    """
    questions: list[Question] = []
    problems: list[str] = []
    seen: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line), number)
        except (ValueError, RecursionError) as error:
            problems.append(f"line {number} {error if type(error) is ValueError else 'is not JSON'}")
            continue
        if question.id in seen:
            problems.append(f"line {number} repeats the id {question.id!r}")
            continue
        seen.add(question.id)
        questions.append(question)
    return tuple(questions), problems


def _question(entry: object, number: int) -> Question:
    if not isinstance(entry, Mapping):
        raise ValueError("is not an object")  # noqa: TRY004 - a line that cannot be read, not a caller's mistake
    asked = entry.get("question")
    if not isinstance(asked, str) or not asked.strip():
        raise ValueError("has no question")
    documents = entry.get("documents", [])
    if not isinstance(documents, list) or not all(isinstance(one, str) for one in documents):
        raise ValueError("has documents that are not a list of ids")
    name = entry.get("id")
    return Question(
        clean_text(str(number if name is None else name)), clean_text(asked.strip()), tuple(map(clean_text, documents))
    )


def unknown_documents(questions: tuple[Question, ...], known: Collection[str]) -> str:
    """Say which documents the questions name that are not in the corpus; empty if none."""
    missing = sorted({one for question in questions for one in question.documents} - set(known))
    return f"names documents that were not read: {some(missing)}" if missing else ""
