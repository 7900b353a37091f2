"""Stand-ins whose results a person can work out by hand."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence

import numpy as np

WORD = re.compile(r"\w+")


class WordTokenizer:
    """A token is a word."""

    exact = True

    def offsets(self, texts: Sequence[str]) -> list[np.ndarray]:
        return [
            np.array([match.span() for match in WORD.finditer(text)], dtype=np.int32).reshape(-1, 2) for text in texts
        ]

    def count(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([len(spans) for spans in self.offsets(texts)], dtype=np.int32)


class WordModel:
    """Each lower-cased word adds 1 to one of `dimensions` places (its CRC-32 modulo); then unit length.

    A text without words points along the first axis. Equal bags of words have cosine 1, texts that share no
    word (and no place) cosine 0.
    """

    max_tokens = 256
    special_tokens = 0
    batch_size = 8

    def __init__(
        self,
        dimensions: int = 64,
        name: str = "words",
        query_prefix: str = "",
        document_prefix: str = "",
        engine: str = "1",
    ) -> None:
        self.id = f"test:{name}"
        self.dimensions = dimensions
        self.query_prefix = query_prefix
        self.document_prefix = document_prefix
        self.engine = engine
        self.tokenizer = WordTokenizer()
        self.sent: list[str] = []

    def fingerprint(self) -> Mapping[str, object]:
        return {
            "provider": "test",
            "model": self.id,
            "engine": self.engine,
            "dimensions": self.dimensions,
            "max_tokens": self.max_tokens,
            "query_prefix": self.query_prefix,
            "document_prefix": self.document_prefix,
        }

    def embed(self, texts: Sequence[str], role: str) -> np.ndarray:
        self.sent.extend(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in WORD.findall(text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self.dimensions] += 1
            if not vectors[row].any():
                vectors[row, 0] = 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def close(self) -> None:
        pass
