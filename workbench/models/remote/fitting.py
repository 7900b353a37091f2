"""Texts that fit: each cut to what the model reads, and as many in a request as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workbench.errors import ModelError

if TYPE_CHECKING:
    from workbench.protocols import EmbeddingModel, Tokenizer

__all__ = ["cut", "requests", "too_long"]


def cut(texts: Sequence[str], tokenizer: Tokenizer, room: int) -> list[str]:
    """Cut each text to at most `room` tokens, between two characters."""
    # A token is at least one byte, so most texts need no counting.
    return [_cut_one(text, tokenizer, room) if _bytes(text) > room else text for text in texts]


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _cut_one(text: str, tokenizer: Tokenizer, room: int) -> str:
    keep = room
    while True:
        spans = tokenizer.offsets([text])[0]
        excess = len(spans) - room
        if excess <= 0:
            return text
        # What is left may have other tokens than it had in the whole, at times one more: then a little less is kept.
        keep = min(keep, len(spans) - 1)
        text = text[: min(int(spans[keep - 1][1]), int(spans[keep][0]))] if keep else ""
        keep -= 1


def too_long(texts: Sequence[str], model: EmbeddingModel) -> ModelError | None:
    """Give the error for the first text that is longer than the model reads, None if all fit."""
    for number, count in enumerate(model.tokenizer.count(texts) + model.special_tokens, 1):
        if count > model.max_tokens:
            about = "" if model.tokenizer.exact else "about "
            return ModelError(
                f"Text {number} of {len(texts)} has {about}{count:,} tokens and {model.id} reads at most "
                f"{model.max_tokens:,}. Nothing was sent. Choose a smaller chunk size, or truncate=True."
            )
    return None


def requests(texts: Sequence[str], tokenizer: Tokenizer, most_texts: int, most_tokens: int) -> Iterator[list[str]]:
    """Give the texts in parts of at most so many texts and tokens, in order; one text is never parted."""
    for start in range(0, len(texts), most_texts):
        part = list(texts[start : start + most_texts])
        if sum(map(_bytes, part)) <= most_tokens:
            yield part
        else:
            yield from _by_tokens(part, tokenizer.count(part).tolist(), most_tokens)


def _by_tokens(texts: list[str], counts: list[int], most: int) -> Iterator[list[str]]:
    held: list[str] = []
    tokens = 0
    for text, count in zip(texts, counts, strict=True):
        if held and tokens + count > most:
            yield held
            held, tokens = [], 0
        held.append(text)
        tokens += count
    if held:
        yield held
