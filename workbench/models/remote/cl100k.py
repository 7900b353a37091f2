"""The tokens of OpenAI's embedding models: tiktoken's `cl100k_base`, from a file that is installed already."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tiktoken

    from workbench.protocols import Tokenizer

__all__ = ["Cl100kTokenizer", "openai_tokenizer", "ranks_file", "without_halves"]

SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
_CARRIER = "llama-index-core"
# tiktoken names a file of its cache by the SHA-1 of the address that it came from.
_PLACE = "llama_index/core/_static/tiktoken_cache/9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
# The pattern that cuts a text before pairs are merged, as tiktoken defines it for this encoding.
_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$"
    r"|\s*[\r\n]|\s+(?!\S)|\s"
)
_HALVES = re.compile("[\ud800-\udfff]")


def without_halves(text: str) -> str:
    """Put U+FFFD for each half of a surrogate pair, which no UTF-8 can hold; the length stays."""
    return _HALVES.sub("\ufffd", text)


def ranks_file(carrier: str = _CARRIER) -> Path | None:
    """Find the vocabulary in an installed package without importing it; None where it is not, or is another one."""
    try:
        path = Path(str(distribution(carrier).locate_file(_PLACE)))
    except PackageNotFoundError:
        return None
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        return None
    return path


@lru_cache(maxsize=1)
def openai_tokenizer() -> Tokenizer:
    """Give the exact tokenizer where its vocabulary is at hand, else an estimate."""
    from workbench.models.tokens import EstimatedTokenizer

    path = ranks_file()
    return EstimatedTokenizer() if path is None else Cl100kTokenizer(path)


@lru_cache(maxsize=1)
def _encoding(path: Path) -> tiktoken.Encoding:
    from tiktoken import Encoding

    lines = (line.split() for line in path.read_bytes().splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
    return Encoding("cl100k_base", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={})


class Cl100kTokenizer:
    """`cl100k_base`; what looks like a special token in a text is text.

    Parameters
    ----------
    path
        The vocabulary: lines of a token in base64 and its rank.
    """

    exact = True
    identity = f"cl100k_base-{SHA256}"

    def __init__(self, path: Path) -> None:
        self.path = path

    def offsets(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Give, for each text, int32 (tokens, 2): the characters that each token has bytes of.

        A character outside of English may be several tokens; each of them spans the whole character.
        """
        return [self._spans(without_halves(text)) for text in texts]

    def count(self, texts: Sequence[str]) -> np.ndarray:
        """Give int32 (n,): the tokens of each text."""
        encoding = _encoding(self.path)
        return np.array([len(encoding.encode_ordinary(without_halves(text))) for text in texts], dtype=np.int32)

    def _spans(self, text: str) -> np.ndarray:
        encoding = _encoding(self.path)
        tokens = encoding.encode_ordinary(text)
        ends = np.cumsum([len(part) for part in encoding.decode_tokens_bytes(tokens)], dtype=np.int64)
        written = np.frombuffer(text.encode(), dtype=np.uint8)
        # In UTF-8 a byte 10xxxxxx goes on with the character before it.
        character = np.cumsum((written & 0xC0) != 0x80) - 1
        first = character[np.concatenate(([0], ends[:-1]))] if len(ends) else ends
        last = character[ends - 1] + 1 if len(ends) else ends
        return np.stack([first, last], axis=1).astype(np.int32).reshape(-1, 2)
