"""What a question found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from workbench.shown import NO_MATH, visible

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from workbench.records.corpus import Chunk

__all__ = ["STAGES", "Expansion", "Passage", "Retrieval", "Traced"]

STAGES = ("", "filter", "selection", "hnsw", "unmatched", "pool", "threshold", "duplicate", "mmr", "top_k")
"""What can drop a chunk, in the order in which it is tried; `Traced.dropped` holds places in this list.

`hnsw`: the approximate index did not give it. `unmatched`: no word of the question stands in it. `pool`: not among
the best few, which alone are reranked or compared for diversity.
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk.

    `rank` from 1, `score` always higher for closer, `why` in one sentence, `copies` the ids of chunks that say the
    same and were left out for that.
    """

    rank: int
    score: float
    chunk: Chunk
    why: str = ""
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a language model made of a question, to search with too.

    `kind` is `question` (the same asked otherwise) or `hyde` (a passage as it might stand in an answer); `vector` is
    float32 (dimensions,), in the role that fits. `nearest` are the ids of the chunks nearest to it with their cosines,
    best first: by them it has a place on the map.
    """

    text: str
    kind: Literal["question", "hyde"]
    vector: np.ndarray = field(repr=False)
    nearest: tuple[tuple[str, float], ...] = field(default=(), repr=False)


@dataclass(frozen=True, eq=False, slots=True)
class Traced:
    """What each stage made of every chunk, in the order of `Retrieval.ids`.

    Attributes
    ----------
    dropped
        uint8 (n,): place in `STAGES` of what dropped it, 0 where it was found.
    dense, lexical, fused
        float32 (n,) scores; None where the stage did not run.
    reranked
        Row to the reranker's score.
    steps
        Row to the step, from 1, at which maximal marginal relevance picked it.
    copies
        Row to the row of the passage that says the same.
    """

    dropped: np.ndarray
    dense: np.ndarray | None = None
    lexical: np.ndarray | None = None
    fused: np.ndarray | None = None
    reranked: Mapping[int, float] = field(default_factory=dict)
    steps: Mapping[int, int] = field(default_factory=dict)
    copies: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Retrieval:
    """What one question found.

    Attributes
    ----------
    query
        The question as asked.
    passages
        Best first; ranks are 1, 2, 3 ...
    score_name
        What the passages' scores are: `cosine` in [-1, 1], `dot`, `-euclidean` (minus the distance), `BM25`, `RRF`
        (reciprocal rank fusion) or `reranker`.
    scores
        float32 (n,): the score of every searchable chunk, in the order of `ids`; before reranking, where there is any.
    ids
        Chunk ids, n of them.
    vector
        float32 (dimensions,): the question's vector.
    options
        The values used, under the names of `Workbench.search`, and `model`.
    embedded, total
        Chunks searched, and chunks of the corpus: they differ while embedding runs.
    seconds
        Wall time by stage: `embed`, `search`.
    traced
        What each stage made of every chunk.
    expansions
        What a language model made of the question, searched with too.
    best
        The highest cosine of any chunk to the question; None where no vector was compared.
    chance_level
        The cosine below which nothing is close in this corpus; None where it is too small to say.
    recall
        Share, 0 to 1, of the exact best `top_k` that the approximate index gave; None for exact search.
    notes
        What did not go as asked, in sentences.
    """

    query: str
    passages: tuple[Passage, ...]
    score_name: str = "cosine"
    scores: np.ndarray | None = field(default=None, repr=False)
    ids: tuple[str, ...] = field(default=(), repr=False)
    vector: np.ndarray | None = field(default=None, repr=False)
    options: Mapping[str, object] = field(default_factory=dict)
    embedded: int = 0
    total: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)
    traced: Traced | None = field(default=None, repr=False)
    expansions: tuple[Expansion, ...] = ()
    best: float | None = None
    chance_level: float | None = None
    recall: float | None = None
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Passage]:
        return iter(self.passages)

    def __len__(self) -> int:
        return len(self.passages)

    def __getitem__(self, index: int) -> Passage:
        return self.passages[index]

    @property
    def close(self) -> bool | None:
        """Whether anything in the corpus is closer to the question than chance; None where that cannot be said."""
        if self.best is None or self.chance_level is None:
            return None
        return self.best >= self.chance_level

    @cached_property
    def drops(self) -> Mapping[str, str]:
        """Chunk id to the stage that kept it out before it was scored: `filter` or `selection`."""
        if self.traced is None:
            return {}
        early = STAGES.index("selection")
        dropped = self.traced.dropped
        rows = ((dropped > 0) & (dropped <= early)).nonzero()[0].tolist()
        return {self.ids[row]: STAGES[dropped[row]] for row in rows}

    def to_frame(self) -> pd.DataFrame:
        """Give a DataFrame, a row a passage: rank, score, id, document, start, end, why, text."""
        from workbench.frames import passages_frame

        return passages_frame(self.passages)

    @property
    def trace(self) -> pd.DataFrame:
        """A DataFrame, a row a searchable chunk: its score and rank in each stage, and which one dropped it."""
        from workbench.frames import trace_frame

        return trace_frame(self)

    def __repr__(self) -> str:
        best = f", best {visible(self.passages[0].chunk.id)} {self.passages[0].score:.3f}" if self.passages else ""
        return f"Retrieval({self.query!r}, {len(self.passages)} passages{best})"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(escape=True, index=False, classes=NO_MATH)
