"""A corpus of short texts, and a model that takes a moment for each batch."""

from __future__ import annotations

import time

from tests.doubles import WordModel

__all__ = ["QUESTION", "WORDS", "Slow", "text"]

WORDS = ["llama", "alpaca", "camel", "guanaco", "vicuna", "wool", "hump", "desert", "salt", "herd"]
QUESTION = "Which llama of herd 3 has wool?"


def text(number: int) -> str:
    """Give about 16 words in two sentences, different for each number."""
    words = [WORDS[(number * 7 + place * place) % 10] for place in range(12)]
    return f"{' '.join(words)} {number}. The {WORDS[number % 10]} is of herd {number % 17}."


class Slow(WordModel):
    """Takes a moment for each batch, so that there is a time between its first and its last."""

    batch_size = 4
    pause = 0.02

    def embed(self, texts, role):
        time.sleep(self.pause if role == "document" else 0)
        return super().embed(texts, role)
