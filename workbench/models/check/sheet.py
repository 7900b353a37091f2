"""The vectors of one check: asked of the model once, then looked at by every probe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from workbench.errors import Cancelled, ConsentNeeded, ModelError, ModelNotFound, ServerError
from workbench.index.validation import check_vectors
from workbench.models.check.texts import ALL
from workbench.protocols import EmbeddingModel

__all__ = ["SAME", "STOPS", "NotAsked", "Pair", "Sheet", "cosine"]

SAME = 0.9999
"""Cosine from which two vectors are one: what a store asks before it adopts the vectors of another engine version.

Sixteen-bit weights stay above 0.999998 of 32-bit ones (measured on a running server), and the least of the probes'
texts that must differ lie at 0.95 or below (measured with all-MiniLM-L6-v2).
"""

STOPS = (ServerError, ModelNotFound, ConsentNeeded, Cancelled)
"""What ends a check: nobody answers, or nobody may be asked."""

_SERVERS = ("ollama", "openai", "azure")


class NotAsked(Exception):
    """A probe could not be asked; the text says why."""


class Sheet:
    """What a model answered.

    Parameters
    ----------
    model
        Is sent the probes' texts as they are, without a prefix: the engine is looked at, not the prefix.

    Attributes
    ----------
    steady
        Whether the same text twice gave the same vector; until then no two vectors can be compared.
    trusted
        Whether rows of the large batch are the vectors of their texts; if not, each text is asked alone.
    who
        The model or the server, as the subject of a sentence.
    """

    def __init__(self, model: EmbeddingModel) -> None:
        self.model = model
        self.steady = True
        self.trusted = True
        self.who = "This server" if model.id.partition(":")[0] in _SERVERS else "This model"
        self.said = dict(model.fingerprint())
        self._vectors: dict[str, np.ndarray] = {}
        self._kept: dict[str, Any] = {}

    def ask(self, texts: Sequence[str]) -> np.ndarray:
        """Send texts in one call and give float32 (len(texts), d); raise ModelError at a reply of no use."""
        try:
            reply = self.model.embed(list(texts), "document")
        except (ModelError, *STOPS):
            raise
        except Exception as error:
            raise ModelError(f"{type(error).__name__}: {error}") from error
        return check_vectors(reply, texts, self.model)

    def together(self) -> np.ndarray:
        """Give the vectors of `texts.ALL`, all asked in one call."""
        return self.once("together", lambda: self.ask(ALL))

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Give what `make` gives, which is called the first time only; also when it raised a ModelError."""
        if name not in self._kept:
            try:
                self._kept[name] = make()
            except ModelError as error:
                self._kept[name] = error
        found = self._kept[name]
        if isinstance(found, ModelError):
            raise found
        return found

    def vector(self, text: str) -> np.ndarray:
        """Give the vector of a text, from the large batch where that can be trusted."""
        if text not in self._vectors:
            found = self.together()[ALL.index(text)] if self.trusted and text in ALL else self._alone(text)
            self._vectors[text] = found
        return self._vectors[text]

    def cosine(self, one: str, other: str) -> float:
        """Give the cosine of two texts' vectors."""
        if not self.steady:
            raise NotAsked(
                "The same text twice gives two vectors here, so that a difference between texts says nothing"
            )
        return cosine(self.vector(one), self.vector(other))

    def same_tokens(self, one: str, other: str) -> bool | None:
        """Say whether the model's own tokenizer reads two texts alike; None where it is not at hand."""
        tokenizer = self.model.tokenizer
        raw: Any = getattr(tokenizer, "raw", None) if tokenizer.exact else None
        if raw is None:
            return None
        first, second = raw.encode_batch([one, other])
        return bool(first.ids == second.ids)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> tuple[list[Pair], list[Pair]]:
        """Give the pairs that have one vector though their tokens differ, and those the other way round.

        Pairs whose tokens are not known are in neither.
        """
        merged: list[Pair] = []
        split: list[Pair] = []
        for one, other in pairs:
            alike, near = self.same_tokens(one, other), self.cosine(one, other)
            if alike is False and near >= SAME:
                merged.append((one, other, near))
            if alike and near < SAME:
                split.append((one, other, near))
        return merged, split

    def _alone(self, text: str) -> np.ndarray:
        try:
            return self.ask([text])[0]
        except STOPS:
            raise
        except ModelError as error:
            raise ModelError(f"asked for {text[:60]!r} alone: {error}") from error


Pair = tuple[str, str, float]
"""Two texts and the cosine of their vectors."""


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """Give the cosine of two vectors, both of norm above 0."""
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
