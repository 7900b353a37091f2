"""An answer and its passages as they leave the workbench: as text and as rows."""

from __future__ import annotations

from workbench.records import Answer, Passage, Retrieval
from workbench.widgets._passages import fate, name_of, place_of

__all__ = ["as_rows", "as_text"]

COLUMNS = ("part", "rank", "score", "tag", "document", "chunk", "text")


def as_text(answer: Answer | None, retrieval: Retrieval | None) -> str:
    """Give question, answer and numbered passages as plain text."""
    blocks = [f"Question: {answer.question if answer else retrieval.query if retrieval else ''}"]
    if answer is not None:
        state = "" if answer.complete else f", incomplete: {answer.problem}"
        blocks.append(f"{answer.text}\n({answer.model}{state})")
    for passage in retrieval.passages if retrieval else ():
        chunk, name = passage.chunk, retrieval.score_name if retrieval else ""
        head = f"[{passage.rank}] {name_of(chunk)} · {place_of(chunk)} ({name} {passage.score:.3f})"
        blocks.append(f"{head}\n{chunk.text.strip()}")
    return "\n\n".join(blocks) + "\n"


def as_rows(answer: Answer | None, retrieval: Retrieval | None) -> list[list[str | int | float]]:
    """Give a table, its head first: a row for the question, one for the answer, one a passage.

    Numbers stay numbers, so that whoever writes the file can tell them from text that looks like a formula.
    """
    question = answer.question if answer else retrieval.query if retrieval else ""
    rows: list[list[str | int | float]] = [list(COLUMNS), ["question", "", "", "", "", "", question]]
    if answer is not None:
        tag = answer.model if answer.complete else f"{answer.model}, incomplete"
        rows.append(["answer", "", "", tag, "", "", answer.text])
    return rows + [_row(passage, answer) for passage in (retrieval.passages if retrieval else ())]


def _row(passage: Passage, answer: Answer | None) -> list[str | int | float]:
    chunk, score = passage.chunk, round(float(passage.score), 6)
    return ["passage", passage.rank, score, fate(passage.rank, answer), chunk.document, chunk.id, chunk.text]
