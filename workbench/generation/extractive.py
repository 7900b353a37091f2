"""`extractive`: the answerer for when there is no language model; it quotes and cites."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from threading import Event

import numpy as np

from workbench.protocols import Role
from workbench.records import Piece, PromptRequest
from workbench.sentences import content_words, sentence_spans

__all__ = ["Extractive"]

_SENTENCES = 3
_DIVERSITY = 0.7
"""Lambda of maximal marginal relevance (Carbonell and Goldstein 1998) over sentences."""
_WORDS = 0.5
"""Weight of shared words beside the cosine: the rarer a word among the sentences, the more it tells."""
_LEAST_WORDS = 4
_RANK = 0.1
"""A passage that ranks higher is the better witness: this much, divided by its rank, is added."""
_PASSAGE = 0.5
"""Weight of the passage's own score: a sentence is read in the light of what stands around it."""
_SHORT, _LONG_ENOUGH = 0.1, 8
"""Taken off a sentence of no words, less and less up to eight: embeddings flatter the very short."""


class Extractive:
    """Quotes the sentences of the passages that are closest to the question and least like each other.

    Parameters
    ----------
    embed
        `embed(texts, role)` of the embedding model that found the passages, prefixes put in front already.
    """

    id = "extractive"
    context_tokens = 0

    def __init__(self, embed: Callable[[Sequence[str], Role], np.ndarray]) -> None:
        self._embed = embed

    def count_tokens(self, text: str) -> int:
        """Give the number of words; nothing is limited by it."""
        return len(text.split())

    def stream(self, request: PromptRequest, cancel: Event) -> Iterator[Piece]:
        """Yield one quoted sentence with its citation at a time."""
        sentences = _candidates(request)
        if not sentences:
            yield Piece("The passages hold no sentence to quote.")
        else:
            yield from self._quotes(request, sentences, cancel)
        if not cancel.is_set():
            yield Piece(done=True, reason="stop")

    def close(self) -> None:
        """Hold nothing, give nothing back."""

    def _quotes(self, request: PromptRequest, sentences: list[tuple[int, str]], cancel: Event) -> Iterator[Piece]:
        vectors = self._embed([text for _, text in sentences], "document")
        asked = self._embed([request.question], "query")[0]
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        scores = units @ (asked / np.linalg.norm(asked)) + _beside(request, sentences)
        for number, row in enumerate(_pick(scores, units)):
            if cancel.is_set():
                return
            rank, text = sentences[row]
            yield Piece(f"{' ' if number else ''}“{text}” [{rank}]")


def _candidates(request: PromptRequest) -> list[tuple[int, str]]:
    seen: set[str] = set()
    found = []
    for passage in request.passages:
        text = passage.chunk.text
        for start, end in sentence_spans(text):
            sentence = " ".join(text[start:end].split())
            if sentence.startswith("#") or len(sentence.split()) < _LEAST_WORDS or sentence in seen:
                continue
            seen.add(sentence)
            found.append((passage.rank, sentence))
    return found


def _beside(request: PromptRequest, sentences: list[tuple[int, str]]) -> np.ndarray:
    """Give what is added to each sentence's cosine, float32 (n,).

    The weights were tried on the sample corpora: of their 170 questions, 159 then cite a document that answers
    (94 of 100), and for 136 the first sentence is from one; with cosine and plain shared words 155 and 125.
    """
    shared = _shared(request.question, [content_words(text) for _, text in sentences])
    passages = {passage.rank: passage.score for passage in request.passages}
    return np.array(
        [
            _WORDS * shared[row]
            + _RANK / rank
            + _PASSAGE * passages[rank]
            - _SHORT * max(0, _LONG_ENOUGH - len(text.split())) / _LONG_ENOUGH
            for row, (rank, text) in enumerate(sentences)
        ],
        dtype=np.float32,
    )


def _shared(question: str, held: list[frozenset[str]]) -> list[float]:
    """Give the share, 0 to 1, of the question's words that each sentence holds, each word by its rarity.

    The weight of a word is log(1 + n / (1 + sentences that hold it)), a smoothed inverse document frequency
    (Sparck Jones 1972).
    """
    weights = {
        word: math.log(1 + len(held) / (1 + sum(word in words for words in held))) for word in content_words(question)
    }
    total = sum(weights.values()) or 1.0
    return [sum(weight for word, weight in weights.items() if word in words) / total for words in held]


def _pick(scores: np.ndarray, units: np.ndarray) -> list[int]:
    picked: list[int] = []
    redundancy = np.zeros(len(scores), dtype=np.float32)
    gains = scores.copy()
    for _ in range(min(_SENTENCES, len(scores))):
        if picked:
            redundancy = np.maximum(redundancy, units @ units[picked[-1]])
            gains = _DIVERSITY * scores - (1 - _DIVERSITY) * redundancy
            gains[picked] = -np.inf
        picked.append(int(np.argmax(gains)))
    return picked
