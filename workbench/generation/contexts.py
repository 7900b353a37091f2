"""The wrong context: as many passages as the right one, from the far end of the ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from workbench.records import Chunk, Passage, Retrieval

__all__ = ["wrong_context"]

_WHY = "from the far end of the ranking"


def wrong_context(retrieval: Retrieval, chunks: Mapping[str, Chunk]) -> Retrieval:
    """Give a retrieval whose passages are those least like the question, the furthest first.

    Parameters
    ----------
    retrieval
        With the score of every chunk; where it has none, the last chunks are taken.
    chunks
        By id. Those of the right passages, and those without text, are never taken.

    Returns
    -------
    Retrieval
        Of the same question; with fewer passages, or none, where the corpus has no more.
    """
    right = {passage.chunk.id for passage in retrieval.passages}
    ids = retrieval.ids or tuple(chunks)
    scores = retrieval.scores if retrieval.scores is not None else -np.arange(len(ids), dtype=np.float32)
    order = np.argsort(scores, kind="stable").tolist()
    usable = (row for row in order if ids[row] not in right and ids[row] in chunks and chunks[ids[row]].text.strip())
    passages = tuple(
        Passage(rank, float(scores[row]), chunks[ids[row]], _WHY)
        for rank, row in zip(range(1, len(retrieval.passages) + 1), usable, strict=False)
    )
    return replace(retrieval, passages=passages)
