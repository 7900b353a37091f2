"""Which passages of an answer were in its prompt, and which of those it cites."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.records import Answer, Retrieval

__all__ = ["passage_states"]


def passage_states(
    answer: Answer | None, retrieval: Retrieval | None
) -> tuple[frozenset[int] | None, frozenset[int] | None]:
    """Give the ranks in the prompt and the ranks cited; None for what is not known.

    An answer to another question says nothing about these passages; one that has not ended has not said all it cites.
    """
    if answer is None or answer.prompt is None or answer.retrieval is not retrieval:
        return None, None
    in_prompt = frozenset(passage.rank for passage in answer.prompt.passages)
    if answer.streaming:
        return in_prompt, None
    return in_prompt, frozenset(citation.number for citation in answer.citations if citation.valid)
