"""How to search, and which wishes go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.errors import InputError
from workbench.retrieval.similarity import score_name

__all__ = ["ENGINES", "EXPANSIONS", "MODES", "Options"]

MODES = ("dense", "lexical", "hybrid")
ENGINES = ("exact", "hnsw")
EXPANSIONS = ("queries", "hyde")


@dataclass(frozen=True)
class Options:
    """How to search; the same names as in `Workbench.search`.

    Attributes
    ----------
    top_k
        Passages to give, 1 or more.
    mode
        `dense` (vectors), `lexical` (BM25 over words) or `hybrid` (both, by reciprocal rank fusion).
    metric
        `cosine`, `dot` or `euclidean`, for the vectors.
    mmr
        Lambda of maximal marginal relevance, 0 to 1; None for the plain ranking.
    threshold
        Least score, in the unit of the passages' scores; None for none.
    where
        `{"field": value or list}` on metadata.
    within
        Chunk ids; None for all.
    engine
        `exact`, or `hnsw`: Chroma's approximate index, for cosines.
    weights
        Of the dense and the lexical ranking in the fusion, 0 or more, not both 0.
    rerank
        Id of a cross-encoder or an object of its own; None for none.
    expand
        `queries`, `hyde` or both in a tuple; None for none.
    group
        Whether passages that say the same are shown as one.

    Raises
    ------
    InputError
        A value that cannot be used, or two that do not go together.
    """

    top_k: int = 5
    mode: str = "dense"
    metric: str = "cosine"
    mmr: float | None = None
    threshold: float | None = None
    where: Mapping[str, object] | None = None
    within: tuple[str, ...] | None = None
    engine: str = "exact"
    weights: tuple[float, float] = (1.0, 1.0)
    rerank: object = None
    expand: str | tuple[str, ...] | None = None
    group: bool = True

    def __post_init__(self) -> None:
        score_name(self.metric)
        _one_of("mode", self.mode, MODES)
        _one_of("engine", self.engine, ENGINES)
        for kind in self.expansions:
            _one_of("expand", kind, EXPANSIONS)
        if isinstance(self.top_k, bool) or not isinstance(self.top_k, (int, np.integer)) or self.top_k < 1:
            raise InputError(f"top_k is {self.top_k!r}; give a whole number of passages, 1 or more.")
        if self.mmr is not None and not 0 <= self.mmr <= 1:
            raise InputError(f"mmr is {self.mmr!r}; give a number from 0 (most diverse) to 1, or None.")
        if self.threshold is not None and not np.isfinite(self.threshold):
            raise InputError(f"threshold is {self.threshold!r}; give a finite number, or None.")
        self._weigh()
        self._combine()

    @property
    def expansions(self) -> tuple[str, ...]:
        """The kinds of expansion asked for."""
        if self.expand is None:
            return ()
        return (self.expand,) if isinstance(self.expand, str) else tuple(self.expand)

    @property
    def fuses(self) -> bool:
        """Whether several rankings become one."""
        return self.mode == "hybrid" or bool(self.expansions)

    @property
    def score_name(self) -> str:
        """What the scores of all chunks are, before any reranking."""
        if self.fuses:
            return "RRF"
        return "BM25" if self.mode == "lexical" else score_name(self.metric)

    def _weigh(self) -> None:
        given = self.weights
        fits = isinstance(given, (tuple, list)) and len(given) == 2
        if not fits or not all(np.isfinite(one) and one >= 0 for one in given) or not any(given):
            raise InputError(
                f"weights is {given!r}; give two numbers, of the dense and the lexical ranking, 0 or more and not "
                "both 0, such as (1, 1)."
            )

    def _combine(self) -> None:
        if self.engine == "hnsw" and (self.metric != "cosine" or self.mode == "lexical"):
            other = f"the metric {self.metric!r}" if self.metric != "cosine" else "the mode 'lexical'"
            raise InputError(
                f"engine='hnsw' compares by cosine, and was asked for with {other}. Take engine='exact', or "
                "metric='cosine' and a mode with vectors."
            )
        if self.threshold is not None and self.fuses and self.rerank is None:
            raise InputError(
                f"threshold is {self.threshold:g}, but fused scores are sums of 1 / (60 + rank): they say nothing of "
                "closeness. Leave the threshold out, rerank, or take mode='dense' without expand."
            )


def _one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"The {name} is {value!r}; it can be {', '.join(known)}.")
