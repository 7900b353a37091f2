"""The model that a collection was filled with: it embeds questions, the chunks' vectors are the collection's own."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InputError, ModelError
from workbench.models import embedding_model, prepare
from workbench.models.base import Model
from workbench.records import Chunk

if TYPE_CHECKING:
    from workbench.protocols import EmbeddingModel, Role, Tokenizer

__all__ = ["ForeignModel", "agreement"]

_SAMPLE = 8
_AGREEMENT = 0.98
"""Least cosine between a stored vector and the named model's own: engines and precisions differ by less."""
_MARK = "\0of another\0"


class ForeignModel(Model):
    """An embedding model whose document vectors somebody else has made.

    Its fingerprint names their source, so that they never mix with vectors that the model makes here. A text that is
    no chunk of the collection is embedded by the model itself.

    Parameters
    ----------
    spec
        The model that the collection was filled with.
    source
        What the vectors come from, such as `chroma:<digest>`.
    chunks
        n chunks.
    vectors
        float32 (n, d), in their order.

    Raises
    ------
    InputError
        The model makes vectors of another length.
    """

    any_batch = True

    def __init__(self, spec: Any, source: str, chunks: Sequence[Chunk], vectors: np.ndarray) -> None:
        self.spec = spec
        self.question_model: EmbeddingModel = embedding_model(spec)
        self.owned = isinstance(spec, str)
        self.id = self.question_model.id
        self.variant = f"vectors from {source.partition(':')[0]}"
        self.source = source
        self._rows = {self.document_name(chunk): row for row, chunk in enumerate(chunks)}
        self._vectors = vectors
        self._asking = threading.Lock()
        made = self.question_model.dimensions
        if made is not None and made != vectors.shape[1]:
            raise InputError(
                f"The collection's vectors have {vectors.shape[1]} numbers, those of {self.id!r} {made}: it was filled "
                "by another model. Name that one: model=."
            )

    def document_name(self, chunk: Chunk) -> str:
        """Give what stands for a chunk in place of its text: two chunks of one text may have two vectors."""
        return f"{_MARK}{chunk.id}\0{chunk.text}"

    def embed(self, texts: Sequence[str], role: Role) -> np.ndarray:
        """Give float32 (len(texts), d): the collection's vectors of its chunks, the model's own of all else.

        Raises
        ------
        ModelError
            A chunk of another state of the collection.
        """
        named = [text.startswith(_MARK) for text in texts]
        if not any(named):
            return self._asked(texts, role)
        missing = [text for text in texts if text not in self._rows]
        if missing:
            raise ModelError(
                f"{len(missing)} of {len(texts)} chunks are not in the collection that was opened. Open it again."
            )
        return np.ascontiguousarray(self._vectors[[self._rows[text] for text in texts]], dtype=np.float32)

    def _asked(self, texts: Sequence[str], role: Role) -> np.ndarray:
        inner, size = self.question_model, self.question_model.batch_size
        with self._asking:
            parts = [inner.embed(texts[start : start + size], role) for start in range(0, len(texts), size)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), dtype=np.float32)

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that changes a vector: the model, and where the chunks' vectors come from."""
        return {**self.question_model.fingerprint(), "source": self.source}

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._vectors.shape[1])

    @property
    def batch_size(self) -> int:
        """Texts at a time."""
        return self.question_model.batch_size

    @property
    def query_prefix(self) -> str:
        """What stands in front of a question."""
        return self.question_model.query_prefix

    @property
    def document_prefix(self) -> str:
        """What stands in front of a text that is no chunk of the collection."""
        return self.question_model.document_prefix

    @property
    def max_tokens(self) -> int:
        """Longest input of the model."""
        return self.question_model.max_tokens

    @property
    def special_tokens(self) -> int:
        """Tokens that the model adds to every text."""
        return self.question_model.special_tokens

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's."""
        return self.question_model.tokenizer

    @property
    def server(self) -> str:
        """Base address of the server that questions are sent to."""
        return getattr(self.question_model, "server", "")

    @property
    def destination(self) -> str:  # type: ignore[override]
        """Host that questions are sent to."""
        return getattr(self.question_model, "destination", "")

    @property
    def consent(self) -> bool:
        """Whether questions may be sent there."""
        return getattr(self.question_model, "consent", False)

    @consent.setter
    def consent(self, given: bool) -> None:  # type: ignore[override]
        self.question_model.consent = given  # type: ignore[attr-defined]

    def close(self) -> None:
        """Give back the model's memory, if it was made here."""
        if self.owned:
            self.question_model.close()


def agreement(model: ForeignModel, chunks: Sequence[Chunk], embedded: Sequence[str] | None = None) -> str:
    """Embed a few chunks again with the named model, and say so if the collection's vectors are others.

    Parameters
    ----------
    model
        Nothing is done with one that sends texts away.
    chunks
        Of the collection.
    embedded
        What was embedded in place of the text, where that is known.

    Returns
    -------
    str
        A sentence; empty where the vectors agree.
    """
    if model.destination:
        return ""
    rows = sorted({int(row) for row in np.linspace(0, len(chunks) - 1, _SAMPLE)})
    texts = [embedded[row] if embedded is not None else chunks[row].text for row in rows]
    here = model.embed(prepare(model.question_model, texts, "document"), "document")
    there = model.embed([model.document_name(chunks[row]) for row in rows], "document")
    cosines = (here * there).sum(axis=1) / (np.linalg.norm(here, axis=1) * np.linalg.norm(there, axis=1))
    if cosines.min() >= _AGREEMENT:
        return ""
    return (
        f"{len(rows)} chunks embedded again by {model.id} have a cosine of {cosines.min():.2f} to {cosines.max():.2f} "
        "with the vectors of the collection: it was filled by another model, or with something in front of the texts "
        "(a prefix; LlamaIndex puts metadata there). Questions may find the wrong passages."
    )
