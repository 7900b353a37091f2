"""What a question found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from workbench.records.corpus import Chunk

__all__ = ["Passage", "Retrieval"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk: `rank` from 1, `score` always higher for closer, `why` in one sentence."""

    rank: int
    score: float
    chunk: Chunk
    why: str = ""


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
        What the scores are: `cosine` in [-1, 1], `dot`, or `-euclidean` (minus the distance).
    scores
        float32 (n,): the score of every searchable chunk, in the order of `ids`.
    ids
        Chunk ids, n of them.
    vector
        float32 (dimensions,): the question's vector.
    options
        The values used: top_k, mode, metric, mmr, threshold, where, within, model.
    embedded, total
        Chunks searched, and chunks of the corpus: they differ while embedding runs.
    seconds
        Wall time by stage: `embed`, `search`.
    drops
        Chunk id to the stage that dropped it, for chunks that never reached the ranking
        (`filter`, `selection`).
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
    drops: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __iter__(self) -> Iterator[Passage]:
        return iter(self.passages)

    def __len__(self) -> int:
        return len(self.passages)

    def __getitem__(self, index: int) -> Passage:
        return self.passages[index]

    def to_frame(self) -> pd.DataFrame:
        """Give a DataFrame, a row a passage: rank, score, id, document, start, end, why, text."""
        from workbench.frames import passages_frame

        return passages_frame(self.passages)

    @property
    def trace(self) -> pd.DataFrame:
        """A DataFrame, a row a searchable chunk: id, score, rank, stage (what dropped it, empty if kept)."""
        from workbench.frames import trace_frame

        return trace_frame(self)

    def __repr__(self) -> str:
        best = f", best {self.passages[0].chunk.id} {self.passages[0].score:.3f}" if self.passages else ""
        return f"Retrieval({self.query!r}, {len(self.passages)} passages{best})"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(escape=True, index=False)
