"""Why a chunk is not among the passages of a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.errors import InputError
from workbench.records import STAGES, Answer, Retrieval
from workbench.retrieval.trace import dropped_of, ranks_of, stage_ranks

__all__ = ["WhyNot", "why_not"]


@dataclass(frozen=True)
class WhyNot:
    """Where one chunk stands.

    Attributes
    ----------
    chunk
        Its id.
    rank
        Its place by score among all that were searched, from 1.
    score
        That score.
    stage
        What dropped it, one of `STAGES`, or `budget` where it was found and had no room in the prompt; empty if it
        was found.
    sentence
        The same in words.
    standings
        Stage (`dense`, `lexical`, `fused`, `reranked`) to score and rank; the rank is 0 where it was not ranked.
    """

    chunk: str
    rank: int | None
    score: float | None
    stage: str
    sentence: str
    standings: Mapping[str, tuple[float, int]] = field(default_factory=dict)


def why_not(retrieval: Retrieval, chunk: str, answer: Answer | None = None) -> WhyNot:
    """Explain where a chunk stands in a retrieval, and in the answer that was written from it.

    Raises
    ------
    InputError
        No searched chunk has that id.
    """
    if retrieval.scores is None or chunk not in retrieval.ids:
        raise InputError(
            f"No embedded chunk has the id {chunk!r}. Ids look like {(retrieval.ids or ('document.md:0',))[0]!r}; "
            "wb.chunks lists them, and wb.embed() embeds those that are new."
        )
    row = retrieval.ids.index(chunk)
    score, rank = float(retrieval.scores[row]), int(ranks_of(retrieval)[row])
    stage = STAGES[dropped_of(retrieval)[row]]
    if not stage and _without_room(retrieval, chunk, answer):
        stage = "budget"
    return WhyNot(chunk, rank, score, stage, _sentence(retrieval, row, rank, score, stage), _standings(retrieval, row))


def _without_room(retrieval: Retrieval, chunk: str, answer: Answer | None) -> bool:
    left_out = answer.prompt.left_out if answer is not None and answer.prompt is not None else ()
    return any(passage.chunk.id == chunk and passage.rank in left_out for passage in retrieval.passages)


def _standings(retrieval: Retrieval, row: int) -> dict[str, tuple[float, int]]:
    found = {name: (float(scores[row]), int(places[row])) for name, (scores, places) in stage_ranks(retrieval).items()}
    reranked = retrieval.traced.reranked if retrieval.traced is not None else {}
    if row in reranked:
        ahead = sum(score > reranked[row] for score in reranked.values())
        found["reranked"] = (reranked[row], ahead + 1)
    return found


def _sentence(retrieval: Retrieval, row: int, rank: int, score: float, stage: str) -> str:
    options = retrieval.options
    name = retrieval.score_name if retrieval.score_name != "reranker" else "the score before reranking"
    value = f"{score:.4f}" if name == "RRF" else f"{score:.3f}"
    place = f"It is number {rank} of {len(retrieval.ids)} with {name} {value}"
    copied = retrieval.traced.copies.get(row) if retrieval.traced is not None else None
    reasons = {
        "": f"{place}: it was found.",
        "filter": f"{place}, but the filter {options.get('where')} leaves it out.",
        "selection": f"{place}, but it is outside the selection that was searched.",
        "hnsw": f"{place}, but the approximate index did not give it: exact search would have scored it.",
        "unmatched": "No word of the question stands in it, and nothing else was looked at (mode 'lexical').",
        "pool": f"{place}, and only the best few were read again or compared with each other.",
        "threshold": f"{place}, below the threshold {options.get('threshold')}.",
        "duplicate": f"{place}, and says the same as {retrieval.ids[copied] if copied is not None else 'another'}.",
        "mmr": f"{place}, but others were close enough and less like those already chosen (MMR {options.get('mmr')}).",
        "top_k": f"{place}, and only the best {options.get('top_k')} are kept.",
        "budget": f"{place}: it was found, but the prompt had no room for it.",
    }
    return reasons[stage]
