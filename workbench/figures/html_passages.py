"""The question of a map and what was found for it, as HTML in which every text from elsewhere is escaped."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from typing import TYPE_CHECKING

from workbench.figures.states import passage_states
from workbench.figures.text import readable

if TYPE_CHECKING:
    from workbench.records import Answer, Passage, Retrieval

__all__ = ["question_html"]


def question_html(retrieval: Retrieval | None, answer: Answer | None = None) -> str:
    """Give a section with the question, its answer and its passages; empty without a question."""
    if retrieval is None:
        return ""
    in_prompt, cited = passage_states(answer, retrieval)
    passages = "\n".join(_passage(passage, retrieval, in_prompt, cited) for passage in retrieval)
    found = f'<ol class="passages">\n{passages}\n</ol>' if len(retrieval) else "<p>No passage was found.</p>"
    written = _answer(answer) if answer is not None and answer.retrieval is retrieval else ""
    return f'<section>\n<h2 dir="auto">{_text(retrieval.query)}</h2>\n{written}{found}\n</section>'


def _answer(answer: Answer) -> str:
    source = f"Answer by {answer.model}" if answer.model else "Answer"
    problem = f"\n<p>{_text(answer.problem)}</p>" if answer.problem else ""
    return f'<h3>{_text(source)}</h3>\n<p class="answer" dir="auto">{_text(answer.text)}</p>{problem}\n'


def _passage(
    passage: Passage, retrieval: Retrieval, in_prompt: Collection[int] | None, cited: Collection[int] | None
) -> str:
    chunk = passage.chunk
    section, page = chunk.metadata.get("section"), chunk.metadata.get("page")
    parts = [
        f"{retrieval.score_name} {passage.score:.3f}",
        str(chunk.metadata.get("source", chunk.document)),
        str(section or ""),
        f"p. {page}" if page else "",
        _state(passage.rank, in_prompt, cited),
    ]
    head = " · ".join(_text(part) for part in parts if part)
    return (
        f'<li tabindex="0" data-rank="{passage.rank}"><p class="head"><b>{passage.rank}</b> · {head}</p>'
        f'<p dir="auto">{_text(chunk.text)}</p></li>'
    )


def _state(rank: int, in_prompt: Collection[int] | None, cited: Collection[int] | None) -> str:
    if in_prompt is None:
        return ""
    if rank not in in_prompt:
        return "not in the prompt"
    return "in the prompt" if cited is None else "cited" if rank in cited else "in the prompt, not cited"


def _text(text: object) -> str:
    """Escape text, line by line without control characters."""
    return escape("\n".join(readable(line) for line in str(text).splitlines()))
