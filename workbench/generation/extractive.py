"""`extractive`: the answerer for when there is no language model; it quotes and cites."""

from __future__ import annotations

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
_WORDS = 0.25
"""Weight of shared words beside the cosine, so that an exact name beats a paraphrase."""
_LEAST_WORDS = 4
_RANK = 0.15
"""A passage that ranks higher is the better witness: this much, divided by its rank, is added."""
_PASSAGE = 0.5
"""Weight of the passage's own score: a sentence is read in the light of what stands around it."""
_SHORT, _LONG_ENOUGH = 0.2, 8
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

    The weights were tried on the sample corpora: of their 170 questions, 157 then cite a document that answers
    (92 of 100), and for 138 the first sentence is from one; with cosine and shared words alone 155 and 125.
    """
    wanted = content_words(request.question)
    passages = {passage.rank: passage.score for passage in request.passages}
    return np.array(
        [
            _WORDS * len(wanted & content_words(text)) / max(len(wanted), 1)
            + _RANK / rank
            + _PASSAGE * passages[rank]
            - _SHORT * max(0, _LONG_ENOUGH - len(text.split())) / _LONG_ENOUGH
            for rank, text in sentences
        ],
        dtype=np.float32,
    )


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
