"""What points can be coloured by that is no metadata: worked out from the state, for the colour that is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from workbench.records import Answer
    from workbench.session.state import State

__all__ = [
    "ANCHORED",
    "CLUSTER",
    "CUT",
    "DERIVED",
    "DISTORTION",
    "RETRIEVED",
    "drawn",
    "field_values",
    "laid_over",
    "retrieved_counts",
]

CLUSTER = "cluster"
DISTORTION = "distortion"
CUT = "tokens cut off"
RETRIEVED = "times retrieved"
ANCHORED = "similarity to a chunk"
SIMILARITY = "similarity"

DERIVED = (CLUSTER, ANCHORED, CUT, RETRIEVED, DISTORTION)
"""In the order in which they are offered."""


def field_values(wb: State, name: str) -> Mapping[str, Sequence[object] | np.ndarray]:
    """Give `{name: values}` in the order of the picture's ids; empty where `name` is none of `DERIVED`.

    Numbers are float32 with NaN where nothing is known.
    """
    make = _MAKERS.get(name)
    if make is None or wb.projection is None:
        return {}
    return {name: make(wb, wb.projection.ids)}


def drawn(wb: State) -> dict[str, Any]:
    """Give what the map shows beside its points, as options of `figures.map_traces`."""
    answer = wb.answer if wb.answer is not None and wb.answer.retrieval is wb.retrieval else None
    prompt = answer.prompt if answer is not None else None
    return {
        "color": wb.color,
        "fields": field_values(wb, wb.color),
        "retrieval": wb.retrieval,
        "selection": wb.selection,
        "at_least": wb.similar_from if wb.color in (SIMILARITY, ANCHORED) else None,
        "anchor": wb.anchor if wb.color == ANCHORED and wb.anchor else wb.opened,
        "in_prompt": None if prompt is None else frozenset(passage.rank for passage in prompt.passages),
        "cited": _cited(answer),
    }


def laid_over(wb: State) -> dict[str, Any]:
    """Give what a picture shows over its points, as options of `figures.map_figure`: names or outlines."""
    from workbench.projection import least_trusted

    if wb.color == CLUSTER:
        return {"clustering": wb.clustering}
    return {"regions": least_trusted(wb.projection)} if wb.color == DISTORTION and wb.projection is not None else {}


def _cited(answer: Answer | None) -> frozenset[int] | None:
    """Give the ranks that an answer cites; None while there is nothing to cite."""
    if answer is None or (answer.streaming and not answer.citations) or not answer.text:
        return None
    return frozenset(citation.number for citation in answer.citations if citation.valid)


def retrieved_counts(wb: State) -> Counter[str]:
    """Count how often each chunk was among the passages of the questions in the history."""
    retrievals = (getattr(entry, "retrieval", entry) for entry in wb.past)
    return Counter(passage.chunk.id for found in retrievals if found is not None for passage in found.passages)


def _clusters(wb: State, ids: tuple[str, ...]) -> list[str | None]:
    found = wb.clustering
    if found is None:
        return [None] * len(ids)
    names = {-1: "noise", **{one.number: one.label for one in found.clusters}}
    if found.ids == ids:
        return [names[label] for label in found.labels.tolist()]
    known = dict(zip(found.ids, found.labels.tolist(), strict=True))
    return [names[known[one]] if one in known else None for one in ids]


def _distortion(wb: State, ids: tuple[str, ...]) -> np.ndarray:
    kept = wb.projection.kept
    return _nothing(ids) if kept is None else (1 - kept).astype(np.float32)


def _cut(wb: State, ids: tuple[str, ...]) -> np.ndarray:
    counts, longest = wb.token_counts, wb.longest
    if counts is None or longest is None or len(counts) != len(wb.chunk_list):
        return _nothing(ids)
    lost = dict(zip((chunk.id for chunk in wb.chunk_list), np.maximum(0, counts - longest).tolist(), strict=True))
    return np.array([lost.get(one, np.nan) for one in ids], dtype=np.float32)


def _retrieved(wb: State, ids: tuple[str, ...]) -> np.ndarray:
    counts = retrieved_counts(wb)
    return np.array([counts[one] for one in ids], dtype=np.float32)


def _anchored(wb: State, ids: tuple[str, ...]) -> np.ndarray:
    seen = wb.anchored
    if seen is None:
        return _nothing(ids)
    if seen.ids == ids:
        return np.asarray(seen.similarity, dtype=np.float32)
    known = dict(zip(seen.ids, seen.similarity.tolist(), strict=True))
    return np.array([known.get(one, np.nan) for one in ids], dtype=np.float32)


def _nothing(ids: tuple[str, ...]) -> np.ndarray:
    return np.full(len(ids), np.nan, dtype=np.float32)


_MAKERS: dict[str, Callable[[Any, tuple[str, ...]], Any]] = {
    CLUSTER: _clusters,
    DISTORTION: _distortion,
    CUT: _cut,
    RETRIEVED: _retrieved,
    ANCHORED: _anchored,
}
