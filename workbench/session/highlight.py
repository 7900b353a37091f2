"""Which sentence of each passage is closest to the question, by its vector; found after the cards are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import Cancelled
from workbench.records import Passage, Retrieval
from workbench.sentences import sentence_spans
from workbench.session.searching import embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine

__all__ = ["Highlights", "closest_sentences", "highlight"]

SENTENCES = 200
"""Sentences that are embedded at most; passages further down keep what their words say."""
_LEAST_WORDS = 3
_BATCH = 4
"""Sentences embedded between two looks at whether a question waits."""
_WAIT = 0.05
_FIRST = 0.3
"""Seconds that the cards have the machine to themselves."""
_REPLACED = "The passages were replaced before their sentences were compared; the new ones will be."


@dataclass(frozen=True, eq=False)
class Highlights:
    """Chunk id to the span, in characters, of the sentence closest to the question of a retrieval."""

    retrieval: Retrieval
    spans: Mapping[str, tuple[int, int]]


def highlight(wb: Engine, job: Job, number: int) -> Highlights | None:  # noqa: ARG001 - tells one retrieval from another
    """Publish the closest sentences of the passages that are shown; None where their model is not free to use."""
    retrieval, now = wb.retrieval, wb.prepared
    if retrieval is None or now is None or retrieval.vector is None or not costless(now.model):
        return None
    embed = embedder(now)
    job.cancel.wait(_FIRST)

    def patiently(texts: list[str]) -> np.ndarray:
        parts = []
        for start in range(0, len(texts), _BATCH):
            _let_others(wb, job, now.model.id)
            parts.append(embed(texts[start : start + _BATCH], "document"))
        return np.concatenate(parts)

    spans = closest_sentences(retrieval, patiently)
    if job.cancel.is_set() or wb.retrieval is not retrieval:
        raise Cancelled(_REPLACED)
    found = Highlights(retrieval, spans)
    wb.publish(highlights=found)
    return found


def costless(model: object) -> bool:
    """Tell whether sentences may be sent to a model unasked: it runs here, or on a server of the person's own."""
    return not getattr(model, "destination", "")


def _let_others(wb: Engine, job: Job, model: str) -> None:
    """Give way to a question that is searched for, and to a whole answer where both are the work of one server."""
    server = model.startswith("ollama:")
    while wb.lanes["ask"].busy and (server or wb.answer is None or not wb.answer.streaming):
        if job.cancel.wait(_WAIT):
            break
    if job.cancel.is_set():
        raise Cancelled(_REPLACED)


def closest_sentences(retrieval: Retrieval, embed: Callable[[list[str]], np.ndarray]) -> dict[str, tuple[int, int]]:
    """Give, for each passage, the span of the sentence whose vector has the highest cosine to the question's.

    Parameters
    ----------
    retrieval
        With the question's vector.
    embed
        `embed(texts)` gives float32 (len(texts), d).
    """
    spans = [(one.chunk.id, span) for one in retrieval.passages for span in _sentences(one)][:SENTENCES]
    if not spans or retrieval.vector is None:
        return {}
    texts = {one.chunk.id: one.chunk.text for one in retrieval.passages}
    vectors = embed([texts[name][start:end] for name, (start, end) in spans])
    cosines = vectors @ retrieval.vector / np.linalg.norm(vectors, axis=1)
    best: dict[str, tuple[float, tuple[int, int]]] = {}
    for (name, span), cosine in zip(spans, cosines.tolist(), strict=True):
        if name not in best or cosine > best[name][0]:
            best[name] = (cosine, span)
    return {name: span for name, (_, span) in best.items()}


def _sentences(passage: Passage) -> list[tuple[int, int]]:
    """Give the sentences that can be lit: no headings, no scraps; none where the passage is one sentence."""
    text = passage.chunk.text
    spans = [
        (start, end)
        for start, end in sentence_spans(text)
        if text[start] != "#" and len(text[start:end].split()) >= _LEAST_WORDS
    ]
    return spans if len(spans) > 1 else []
