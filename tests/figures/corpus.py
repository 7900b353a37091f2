"""A small corpus whose map can be checked by eye."""

from __future__ import annotations

import numpy as np

from workbench.records import Chunk, Passage, Projection, Retrieval

PLACES = {"a.md:0": (0, 0), "a.md:1": (2, 0), "b.md:0": (0, 4), "b.md:1": (2, 4), "c.md:0": (10, 4)}


def chunks(**metadata) -> tuple[Chunk, ...]:
    """Give five chunks of a.md, b.md and c.md; each keyword is a field with five values."""
    found = []
    for row, chunk_id in enumerate(PLACES):
        document, ordinal = chunk_id.split(":")
        extra = {name: values[row] for name, values in metadata.items() if values[row] is not None}
        text = f"Chunk {row} of {document}."
        found.append(Chunk(chunk_id, document, int(ordinal), 0, len(text), text, {"source": document, **extra}))
    return tuple(found)


def picture(dimensions: int = 2) -> Projection:
    coordinates = np.zeros((5, dimensions), dtype=np.float32)
    coordinates[:, :2] = list(PLACES.values())
    return Projection(ids=tuple(PLACES), coordinates=coordinates, method="umap", trust=0.71)


def found(ranked: dict[str, float], query: str = "Where?", everything=None, **metadata) -> Retrieval:
    """Give the retrieval of these ids with these scores, best first."""
    by_id = {chunk.id: chunk for chunk in everything or chunks(**metadata)}
    passages = tuple(Passage(rank, score, by_id[i]) for rank, (i, score) in enumerate(ranked.items(), start=1))
    scores = np.array([ranked.get(chunk_id, -1.0) for chunk_id in PLACES], dtype=np.float32)
    return Retrieval(query, passages, scores=scores, ids=tuple(PLACES))
