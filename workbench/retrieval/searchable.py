"""Chunks with their vectors, and what is worked out once for all questions to them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from workbench.records import Chunk
from workbench.retrieval.chance import chance_level
from workbench.retrieval.filters import Columns
from workbench.retrieval.lexical import LexicalIndex
from workbench.retrieval.similarity import squared_norms

__all__ = ["Searchable"]


class Searchable:
    """What is searched. Everything but the arguments is made when it is first needed, and kept.

    Parameters
    ----------
    chunks
        n chunks.
    vectors
        float32 (n, d), any norm above 0, in their order.
    """

    def __init__(self, chunks: Sequence[Chunk], vectors: np.ndarray) -> None:
        self.chunks = chunks
        self.vectors = vectors
        self.columns = Columns(chunks)
        self._lexical: LexicalIndex | None = None
        self._plain: dict[int, int] = {}
        self._making = threading.Lock()

    @property
    def ids(self) -> tuple[str, ...]:
        """The chunks' ids, always the same tuple."""
        return self.columns.ids

    @cached_property
    def squares(self) -> np.ndarray:
        """float32 (n,): the square of each vector's length."""
        return squared_norms(self.vectors)

    @cached_property
    def chance_level(self) -> float | None:
        """The cosine below which nothing is close; see `retrieval.chance`."""
        return chance_level(self.vectors, self.columns.numbered("document")[0]) if self.chunks else None

    def lexical(self, cancel: threading.Event | None = None) -> LexicalIndex:
        """Give the word index, made at its first use.

        Raises
        ------
        Cancelled
            `cancel` was set before it was made.
        """
        with self._making:
            if self._lexical is None:
                self._lexical = LexicalIndex([chunk.text for chunk in self.chunks], cancel)
            return self._lexical

    def plain(self, row: int) -> int:
        """Give a number that two chunks share if their texts are equal but for case and white space."""
        if row not in self._plain:
            self._plain[row] = hash(" ".join(self.chunks[row].text.casefold().split()))
        return self._plain[row]

    def units(self, rows: np.ndarray) -> np.ndarray:
        """Give float32 (len(rows), d): these rows' vectors at unit length."""
        return self.vectors[rows] / np.sqrt(self.squares[rows, None])
