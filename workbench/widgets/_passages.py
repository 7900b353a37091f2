"""What the panels say about a passage: its name, its place, its best sentence, what became of it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workbench.records import Answer, Chunk, Retrieval
from workbench.sentences import content_words, sentence_spans

if TYPE_CHECKING:
    import numpy as np

    from workbench.session import Workbench

__all__ = [
    "answer_of",
    "bar",
    "best_sentence",
    "fate",
    "name_of",
    "place_of",
    "runs",
    "score_text",
    "why_empty",
]

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_STEM = 5
_FEW = 2


def name_of(chunk: Chunk) -> str:
    """Give the document's name as read by a person: file and row apart, a page, slide or chapter behind."""
    return f"{chunk.document.replace('#', ' #')} {chunk.leaf}".rstrip()


def place_of(chunk: Chunk) -> str:
    """Give where in its document a chunk stands: the heading above it, else its number from 1."""
    return str(chunk.metadata.get("section") or f"part {chunk.ordinal + 1}")


def answer_of(wb: Workbench) -> Answer | None:
    """Give the answer if it was written from the passages that are shown, else None."""
    answer, retrieval = wb.answer, wb.retrieval
    return answer if answer is not None and answer.retrieval is retrieval else None


def fate(rank: int, answer: Answer | None) -> str:
    """Say what became of a passage: `cited`, `in the prompt`, `no room left`, or `retrieved` where nobody answered."""
    if answer is None or answer.prompt is None:
        return "retrieved"
    if any(citation.valid and citation.number == rank for citation in answer.citations):
        return "cited"
    if rank in answer.prompt.left_out:
        return "no room left"
    return "in the prompt"


def bar(score: float, score_name: str, best: float) -> float:
    """Give the length of a score's bar, 0 to 1.

    A cosine is its own length; a distance is measured against 2, the largest between unit vectors; a dot product
    against the best one where that is above 1; any other score against the best one.
    """
    if score_name == "-euclidean":
        score = 1 + score / 2
    elif score_name == "dot":
        score /= max(best, 1.0)
    elif score_name != "cosine":
        score = score / best if best > 0 else 0.0
    return round(min(max(score, 0.0), 1.0), 3)


@lru_cache(maxsize=1024)
def best_sentence(question: str, text: str) -> tuple[int, int] | None:
    """Find the sentence that shares most content words with a question; the first among equals.

    Returns
    -------
    tuple or None
        Start and end in characters of `text`; None where no sentence shares two words (one, where the question has
        no more than two). Words are the same that begin with the same five letters. Headings do not count.
    """
    wanted = _stems(question)
    spans = [span for span in sentence_spans(text) if text[span[0]] != "#"]
    shared = [len(wanted & _stems(text[start:end])) for start, end in spans]
    most = max(shared, default=0)
    return spans[shared.index(most)] if most >= (1 if len(wanted) <= _FEW else 2) else None


def _stems(text: str) -> frozenset[str]:
    """Give the beginnings of the content words: `relat` for `related` and `relatives`."""
    return frozenset(word[:_STEM] for word in content_words(text))


def runs(question: str, text: str, lit: tuple[int, int] | None = None) -> list[dict[str, Any]]:
    """Cut a text where its look changes.

    Parameters
    ----------
    question
        Its words are bold.
    text
        The passage.
    lit
        Span of the sentence to mark; by default the one that shares most words with the question.

    Returns
    -------
    list of dict
        `t` the text; `m` where it belongs to the best sentence; `b` where it is a word of the question. The `t`
        joined are the text.
    """
    wanted = _stems(question)
    best = lit or best_sentence(question, text) or (0, 0)
    words = [match.span() for match in _WORD.finditer(text) if wanted & _stems(match.group())]
    cuts = sorted({0, len(text), *best, *(edge for span in words for edge in span)})
    starts = {start for start, _ in words}
    return [
        {
            "t": text[start:end],
            **({"m": True} if best[0] <= start and end <= best[1] else {}),
            **({"b": True} if start in starts else {}),
        }
        for start, end in pairwise(cuts)
    ]


def score_text(score: float, score_name: str = "") -> str:
    """Give a score with three decimals (four for RRF, whose best is 0.0328) and a true minus sign."""
    return f"{score:.{4 if score_name == 'RRF' else 3}f}".replace("-", "−")


def why_empty(wb: Workbench, retrieval: Retrieval) -> str:
    """Say why a question found nothing, and what would help."""
    scores = retrieval.scores
    if not wb.chunk_list:
        return "The corpus holds no text to search. Choose another corpus in step 1."
    if scores is None or not len(scores):
        return "Nothing is embedded yet, so there is nothing to search. Embed the corpus in step 3."
    if len(retrieval.drops) == len(scores):
        if "selection" in retrieval.drops.values():
            return "No chunk lies inside both the selection and the filter. Clear one of them."
        return "No chunk passes the filter. Remove a filter under More…."
    return _unfound(retrieval, scores)


def _unfound(retrieval: Retrieval, scores: np.ndarray) -> str:
    options = retrieval.options
    if options.get("mode") == "lexical" and not scores.any():
        return "No word of the question stands in the corpus. Search by meaning, or by both, under More…."
    if options.get("threshold") is not None:
        best = "" if retrieval.score_name == "reranker" else f"; the best is {score_text(float(scores.max()))}"
        return f"No {retrieval.score_name} reaches the threshold {options['threshold']:g}{best}. Lower it under More…."
    return "The question found no passage."
