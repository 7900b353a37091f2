"""What became of every chunk, stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.records import STAGES, Answer, Retrieval
from workbench.retrieval.fusion import ranks
from workbench.retrieval.similarity import ranking

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["dropped_of", "ranks_of", "stage_ranks", "trace_of"]


def dropped_of(retrieval: Retrieval) -> np.ndarray:
    """Give uint8 (n,): the place in `STAGES` of what dropped each chunk, 0 where it was found."""
    if retrieval.traced is not None:
        return retrieval.traced.dropped
    found = {passage.chunk.id for passage in retrieval.passages}
    return np.array([0 if one in found else STAGES.index("top_k") for one in retrieval.ids], dtype=np.uint8)


def ranks_of(retrieval: Retrieval) -> np.ndarray:
    """Give int32 (n,): the place of each chunk by `retrieval.scores` among all chunks, from 1."""
    assert retrieval.scores is not None
    return ranks(retrieval.scores)


def stage_ranks(retrieval: Retrieval) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Give the scores and ranks of each stage that ran.

    Returns
    -------
    dict
        `dense`, `lexical` and `fused`, in this order, to float32 (n,) scores and int32 (n,) ranks among what passed
        filter and selection; 0 where a chunk was not ranked.
    """
    traced = retrieval.traced
    if traced is None:
        return {}
    allowed = (traced.dropped == 0) | (traced.dropped > STAGES.index("selection"))
    found = {}
    for name in ("dense", "lexical", "fused"):
        scores = getattr(traced, name)
        if scores is not None:
            found[name] = (scores, ranks(scores, allowed if name == "dense" else allowed & (scores > 0)))
    return found


def trace_of(retrieval: Retrieval, answer: Answer | None = None) -> pd.DataFrame:
    """Give a row a searched chunk, best first.

    Parameters
    ----------
    retrieval
        What a question found.
    answer
        What was written from it, if anything was.

    Returns
    -------
    pandas.DataFrame
        `id`; `score` and `rank` among all; `dense`, `dense_rank`, `lexical`, `lexical_rank`, `fused`, `fused_rank`
        where these stages ran; `reranked` (the reranker's score) and `mmr_step` where there are any; `stage` that
        dropped it, empty where it was found, `budget` where it was found and had no room in the prompt; `passage`,
        its number or 0; with an answer `in_prompt` and `cited`.
    """
    import pandas as pd

    if retrieval.scores is None:
        return pd.DataFrame(columns=["id", "score", "rank", "stage", "passage"])
    order = ranking(retrieval.scores)
    columns: dict[str, object] = {
        "id": [retrieval.ids[row] for row in order.tolist()],
        "score": retrieval.scores[order],
        "rank": np.arange(1, len(order) + 1),
    }
    for name, (scores, places) in stage_ranks(retrieval).items():
        columns[name], columns[f"{name}_rank"] = scores[order], places[order]
    numbers = _numbers(retrieval)[order]
    columns |= _of_few(retrieval, order)
    columns["stage"] = np.array(STAGES, dtype=object)[dropped_of(retrieval)[order]]
    columns["passage"] = numbers
    frame = pd.DataFrame(columns)
    return frame if answer is None else _answered(frame, numbers, answer)


def _numbers(retrieval: Retrieval) -> np.ndarray:
    """Give int32 (n,): the number of the passage that each chunk is, or 0."""
    known = {passage.chunk.id: passage.rank for passage in retrieval.passages}
    return np.fromiter((known.get(one, 0) for one in retrieval.ids), dtype=np.int32, count=len(retrieval.ids))


def _of_few(retrieval: Retrieval, order: np.ndarray) -> dict[str, object]:
    """Give the columns that few chunks have a value in."""
    traced, columns = retrieval.traced, {}
    if traced is not None and traced.reranked:
        scores = np.full(len(order), np.nan, dtype=np.float32)
        scores[list(traced.reranked)] = list(traced.reranked.values())
        columns["reranked"] = scores[order]
    if traced is not None and traced.steps:
        steps = np.zeros(len(order), dtype=np.int32)
        steps[list(traced.steps)] = list(traced.steps.values())
        columns["mmr_step"] = steps[order]
    return columns


def _answered(frame: pd.DataFrame, numbers: np.ndarray, answer: Answer) -> pd.DataFrame:
    prompt = answer.prompt
    sent = [passage.rank for passage in prompt.passages] if prompt else []
    cited = [citation.number for citation in answer.citations if citation.valid]
    frame["in_prompt"], frame["cited"] = np.isin(numbers, sent), np.isin(numbers, cited)
    if prompt is not None:
        frame.loc[np.isin(numbers, list(prompt.left_out)), "stage"] = "budget"
    return frame
