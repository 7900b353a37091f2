"""One question against all chunks.

The order is fixed: filter and selection, then scores (vectors, words), fusion, reranking, threshold, passages that
say the same, and last maximal marginal relevance or the first `top_k`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from workbench.protocols import Reranker
from workbench.records import Chunk, Expansion, Passage, Retrieval
from workbench.retrieval.options import Options
from workbench.retrieval.picking import Picked, pick
from workbench.retrieval.scoring import Scored, score
from workbench.retrieval.searchable import Searchable
from workbench.retrieval.similarity import ranking, similarities

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Helpers", "search", "search_in"]

NEAREST = 15
"""Chunks by which an expansion is placed on the map, as many as place the question."""


@dataclass(frozen=True)
class Helpers:
    """What a search may call on.

    Attributes
    ----------
    nearest
        Asks the approximate index: `nearest(vector, count)` gives the rows it holds nearest; for `engine="hnsw"`.
    reranker
        For `rerank`.
    cancel
        Polled where something takes long.
    """

    nearest: Callable[[np.ndarray, int], np.ndarray] | None = None
    reranker: Reranker | None = None
    cancel: threading.Event = field(default_factory=threading.Event)


def search(query: str, vector: np.ndarray, vectors: np.ndarray, chunks: Sequence[Chunk], options: Options) -> Retrieval:
    """Find the passages of a question in chunks that are searched once; see `search_in`.

    Parameters
    ----------
    query
        The question.
    vector
        float32 (d,): its vector.
    vectors
        float32 (n, d): the chunks' vectors, in the order of `chunks`.
    chunks
        n chunks.
    options
        How to search, `engine` and `rerank` left out.
    """
    return search_in(Searchable(chunks, vectors), query, vector, options)


def search_in(
    space: Searchable,
    query: str,
    vector: np.ndarray,
    options: Options,
    expansions: Sequence[Expansion] = (),
    helpers: Helpers | None = None,
) -> Retrieval:
    """Find the passages of a question.

    Parameters
    ----------
    space
        What is searched, n chunks.
    query
        The question, kept in the result.
    vector
        float32 (d,): its vector.
    options
        How to search.
    expansions
        What else to search with; each is a ranking of its own in the fusion.
    helpers
        What to call on for `engine="hnsw"` and `rerank`.

    Returns
    -------
    Retrieval
        Passages with ranks 1, 2, 3 ..., and in `traced` what each stage made of all n chunks.
    """
    helpers = helpers or Helpers()
    scored = score(space, query, vector, options, expansions, helpers.nearest, helpers.cancel)
    picked = pick(space, query, scored, options, helpers.reranker)
    return Retrieval(
        query=query,
        passages=_passages(space, scored, picked, options),
        score_name="reranker" if picked.traced.reranked else options.score_name,
        scores=scored.scores,
        ids=space.ids,
        vector=vector,
        options={one.name: getattr(options, one.name) for one in fields(options)}
        | {"rerank": _named(options.rerank, helpers.reranker)},
        embedded=len(space.chunks),
        total=len(space.chunks),
        traced=picked.traced,
        expansions=tuple(_with_nearest(space, one) for one in expansions),
        best=scored.best,
        chance_level=space.chance_level,
        recall=scored.recall,
    )


def _with_nearest(space: Searchable, one: Expansion) -> Expansion:
    cosines = similarities(space.vectors, one.vector, "cosine", space.squares)
    best = ranking(cosines, NEAREST)
    return replace(one, nearest=tuple((space.ids[row], float(cosines[row])) for row in best))


def _named(spec: object, made: Reranker | None) -> object:
    """Give a reranker's id: a record keeps no model alive."""
    return spec if spec is None or isinstance(spec, str) else getattr(made, "id", type(spec).__name__)


def _passages(space: Searchable, scored: Scored, picked: Picked, options: Options) -> tuple[Passage, ...]:
    copies: dict[int, list[str]] = {}
    for copy, row in picked.traced.copies.items():
        copies.setdefault(row, []).append(space.ids[copy])
    reranked = picked.traced.reranked
    return tuple(
        Passage(
            rank,
            reranked[row] if reranked else float(scored.scores[row]),
            space.chunks[row],
            _why(row, place, scored, picked, options),
            tuple(copies.get(row, ())),
        )
        for rank, (row, place) in enumerate(zip(picked.rows, picked.places, strict=True), start=1)
    )


def _why(row: int, place: int, scored: Scored, picked: Picked, options: Options) -> str:
    reranked = picked.traced.reranked
    name = "reranker" if reranked else options.score_name
    value = reranked[row] if reranked else float(scored.scores[row])
    text = f"{value:.4f}" if name == "RRF" else f"{value:.3f}"
    if options.mmr is not None:
        return f"number {place} by {name} ({text}), chosen for being close and unlike those above (MMR {options.mmr:g})"
    if reranked:
        return f"{name} {text} is number {place} of the {len(reranked)} that were read again"
    return f"{name} {text} is number {place} of all that were searched"
