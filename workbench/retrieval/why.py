"""Why a chunk is not among the passages of a question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.errors import InputError
from workbench.records import Retrieval

__all__ = ["WhyNot", "stages", "why_not"]


@dataclass(frozen=True)
class WhyNot:
    """Where one chunk stands.

    `rank` is its place by score among all that were searched, from 1; None where it was not searched. `stage` is
    what dropped it: `filter`, `selection`, `threshold`, `mmr`, `top_k`, or empty if it was found.
    """

    chunk: str
    rank: int | None
    score: float | None
    stage: str
    sentence: str


def stages(retrieval: Retrieval) -> list[str]:
    """Name, for every searched chunk in the order of `retrieval.ids`, what dropped it; empty where it was found."""
    if retrieval.scores is None:
        return []
    found = {passage.chunk.id for passage in retrieval.passages}
    threshold = retrieval.options.get("threshold")
    last = "mmr" if retrieval.options.get("mmr") is not None else "top_k"
    return [
        ""
        if chunk in found
        else retrieval.drops.get(chunk)
        or ("threshold" if isinstance(threshold, (int, float)) and score < threshold else last)
        for chunk, score in zip(retrieval.ids, retrieval.scores.tolist(), strict=True)
    ]


def why_not(retrieval: Retrieval, chunk: str) -> WhyNot:
    """Explain where a chunk stands in a retrieval.

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
    score = float(retrieval.scores[row])
    # Stable among equals, as in the ranking.
    ahead = np.count_nonzero(retrieval.scores > score) + np.count_nonzero(retrieval.scores[:row] == score)
    rank, stage = int(ahead) + 1, stages(retrieval)[row]
    return WhyNot(chunk, rank, score, stage, _sentence(retrieval, rank, score, stage))


def _sentence(retrieval: Retrieval, rank: int, score: float, stage: str) -> str:
    options, name = retrieval.options, retrieval.score_name
    place = f"It is number {rank} of {len(retrieval.ids)} with {name} {score:.3f}"
    reasons = {
        "": f"{place}: it was found.",
        "filter": f"{place}, but the filter {options.get('where')} leaves it out.",
        "selection": f"{place}, but it is outside the selection that was searched.",
        "threshold": f"{place}, below the threshold {options.get('threshold')}.",
        "mmr": f"{place}, but others were close enough and less like those already chosen (MMR {options.get('mmr')}).",
        "top_k": f"{place}, and only the best {options.get('top_k')} are kept.",
    }
    return reasons[stage]
