"""Tokens: the model's own where its vocabulary is at hand, an estimate that says so where it is not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tokenizers

__all__ = ["EstimatedTokenizer", "FileTokenizer"]

_WINDOW = 256
"""Texts tokenised in one call: enough to use all cores, few enough to let other threads in."""

_PIECE = re.compile(r"\w{1,4}|[^\w\s]", re.UNICODE)


class FileTokenizer:
    """The tokenizer of a `tokenizer.json`, neither cutting nor padding, special tokens left out.

    Parameters
    ----------
    path
        A file in the format of Hugging Face's tokenizers library.
    """

    exact = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._loaded: tokenizers.Tokenizer | None = None

    @property
    def raw(self) -> tokenizers.Tokenizer:
        """The library's own object, without the truncation and padding that its file may switch on."""
        if self._loaded is None:
            from tokenizers import Tokenizer

            loaded = Tokenizer.from_file(str(self.path))
            loaded.no_truncation()
            loaded.no_padding()
            self._loaded = loaded
        return self._loaded

    @cached_property
    def identity(self) -> str:
        """64 hex digits, the same for tokenizers that cut and count alike."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def offsets(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Give, for each text, int32 (tokens, 2): where each token begins and ends, in characters."""
        return [np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2) for encoding in self._encode(texts)]

    def count(self, texts: Sequence[str]) -> np.ndarray:
        """Give int32 (n,): the tokens of each text."""
        return np.array([len(encoding) for encoding in self._encode(texts)], dtype=np.int32)

    def _encode(self, texts: Sequence[str]) -> list[tokenizers.Encoding]:
        return [
            encoding
            for start in range(0, len(texts), _WINDOW)
            for encoding in self.raw.encode_batch(list(texts[start : start + _WINDOW]), add_special_tokens=False)
        ]


class EstimatedTokenizer:
    """For models whose vocabulary is not at hand: a token for every four letters and every mark.

    Sub-word vocabularies of 30,000 and more entries spend about 1.3 tokens on an English word of five letters;
    this rule spends two, so that a limit met by the estimate is met by the model too.
    """

    exact = False
    identity = "estimated-1"

    def offsets(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Give, for each text, int32 (tokens, 2): where each estimated token begins and ends."""
        return [
            np.array([match.span() for match in _PIECE.finditer(text)], dtype=np.int32).reshape(-1, 2) for text in texts
        ]

    def count(self, texts: Sequence[str]) -> np.ndarray:
        """Give int32 (n,): the estimated tokens of each text."""
        return np.array([sum(1 for _ in _PIECE.finditer(text)) for text in texts], dtype=np.int32)
