"""More to search with: a language model asks the question otherwise, or answers it from nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from threading import Event
from typing import TYPE_CHECKING

from workbench.errors import Cancelled, ConsentNeeded, WorkbenchError
from workbench.protocols import LanguageModel, Role
from workbench.records import Expansion, Message, PromptRequest

if TYPE_CHECKING:
    import numpy as np

__all__ = ["QUERIES", "expanded"]

QUERIES = 3
"""Questions that are asked for."""
_TOKENS = 256
_LONGEST = 1000
"""Characters of an expansion that are kept."""

_INSTRUCTIONS = {
    "queries": (
        f"Write {QUERIES} different search queries that would find documents answering the question below. Use other "
        "words than the question where you can. One query a line, nothing else."
    ),
    "hyde": (
        "Write a short passage of three or four sentences, as it might stand in an encyclopedia, that answers the "
        "question below. Only the passage, nothing else; if you are not sure, write what is most likely."
    ),
}
"""Several queries: RAG-Fusion. A made-up passage: HyDE, Gao et al., "Precise zero-shot dense retrieval without
relevance labels", ACL 2023."""

_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.):])?\s*[\"“']?|[\"”']?\s*$")


def expanded(
    question: str,
    kinds: Sequence[str],
    model: LanguageModel,
    embed: Callable[[Sequence[str], Role], np.ndarray],
    cancel: Event,
    seed: int = 0,
) -> tuple[tuple[Expansion, ...], tuple[str, ...]]:
    """Ask a language model for expansions of a question.

    Parameters
    ----------
    question
        As asked.
    kinds
        `queries`, `hyde` or both.
    model
        Writes them, at temperature 0.
    embed
        Gives vectors, prefixes put in front: questions in the role `query`, a passage as a `document`.
    cancel
        Stops the model.
    seed
        Passed on to the model.

    Returns
    -------
    tuple of Expansion
        In the order of `kinds`; empty where the model failed.
    tuple of str
        What went wrong, a sentence each.

    Raises
    ------
    Cancelled
        `cancel` was set.
    ConsentNeeded
        The question would leave this machine, and nobody has allowed that.
    """
    found: list[Expansion] = []
    notes: list[str] = []
    for kind in kinds:
        try:
            text = _written(question, _INSTRUCTIONS[kind], model, cancel, seed)
            texts = _queries(text, question) if kind == "queries" else _passage(text)
            if not texts:
                notes.append(f"{model.id} wrote nothing to search with ({kind}); the question was searched as it is.")
                continue
            role: Role = "query" if kind == "queries" else "document"
            vectors = embed(texts, role)
        except (Cancelled, ConsentNeeded):
            raise
        except WorkbenchError as error:
            notes.append(f"{model.id} could not expand the question ({kind}); it was searched as it is. {error}")
            continue
        name = "question" if kind == "queries" else "hyde"
        found += [Expansion(text, name, vector) for text, vector in zip(texts, vectors, strict=True)]  # type: ignore[arg-type]
    return tuple(found), tuple(notes)


def _written(question: str, instructions: str, model: LanguageModel, cancel: Event, seed: int) -> str:
    request = PromptRequest(
        question=question,
        passages=(),
        messages=(Message("system", instructions), Message("user", f"Question: {question}")),
        tokens={"instructions": model.count_tokens(instructions), "question": model.count_tokens(question)},
        context_tokens=model.context_tokens,
        answer_tokens=_TOKENS,
        seed=seed,
    )
    text = "".join(piece.text for piece in model.stream(request, cancel))
    if cancel.is_set():
        raise Cancelled("The question was stopped while it was being expanded; ask again.")
    return text


def _queries(text: str, question: str) -> list[str]:
    lines = (_MARK.sub("", line).strip()[:_LONGEST] for line in text.splitlines())
    other = dict.fromkeys(line for line in lines if line and line.casefold() != question.casefold())
    return list(other)[:QUERIES]


def _passage(text: str) -> list[str]:
    passage = " ".join(text.split())[:_LONGEST]
    return [passage] if passage else []
