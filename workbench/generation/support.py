"""How well each sentence of an answer stands in the passages: shared words, shared meaning, shared numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.errors import ModelError
from workbench.generation.citations import without_citations
from workbench.records import Passage, Sentence
from workbench.sentences import content_words, sentence_spans

__all__ = ["BOTH", "WORDS", "Supporter", "support_sentences"]

WORDS = "word overlap: the share of a sentence's content words that its best passage holds"
BOTH = (
    "half word overlap, half embedding similarity to the closest sentence of the passage, above what sentences of "
    "different passages have in common"
)
_NUMBERS = "; at most 40% where a number stands in no such passage"
_MOST_WITHOUT_NUMBERS = 0.4
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_TELLING = 2
"""Digits from which a number counts; `2` and `two` are the same to a writer."""
_LEAST_WORDS = 3
_CLOSE = 10
"""Passages whose sentences are embedded, those that share most words with the answer: for the others words decide."""

Embed = Callable[[Sequence[str]], np.ndarray]


def support_sentences(text: str, passages: Sequence[Passage], embed: Embed | None = None) -> tuple[Sentence, ...]:
    """Work out the support of each sentence of an answer.

    Of a sentence and a passage, with o the share of the sentence's content words that the passage holds, and c the
    cosine to the closest of the passage's sentences, the support is o, or with `embed` the mean of o and
    max(0, (c - b) / (1 - b)), where b is the median cosine between sentences of different passages: what texts of this
    corpus have in common anyhow, for this model. A sentence with a number of two digits or more that the passage lacks
    has 0.4 at most. The passage with the highest figure is the best one.

    It finds statements that the passages never made. It is blind to one turned round in the same words: `llamas
    descend from guanacos` and `guanacos descend from llamas` have the same figure.

    Parameters
    ----------
    text
        The answer.
    passages
        Those of its prompt.
    embed
        Gives float32 (n, d) for n texts, no prefix needed; None for words alone.
    """
    spans = sentence_spans(text)
    plain = [without_citations(text[start:end]) for start, end in spans]
    overlaps = _overlaps(plain, passages)
    cosines = _cosines(plain, passages, overlaps, embed) if embed is not None and passages and plain else None
    held = [_numbers(passage.chunk.text) for passage in passages]
    found = []
    for row, (start, end) in enumerate(spans):
        sentence = Sentence(text[start:end], start, end, 0.0)
        if not content_words(plain[row]):
            found.append(replace(sentence, support=1.0))
        elif not passages:
            found.append(sentence)
        else:
            missing = [tuple(sorted(_numbers(plain[row]) - one)) for one in held]
            found.append(_judged(sentence, passages, overlaps[row], None if cosines is None else cosines[row], missing))
    return tuple(found)


def _overlaps(plain: Sequence[str], passages: Sequence[Passage]) -> np.ndarray:
    """Give, float64 (sentences, passages), the share of each sentence's content words that each passage holds."""
    held = [content_words(passage.chunk.text) for passage in passages]
    wanted = [content_words(sentence) for sentence in plain]
    shares = [[len(one & other) / len(one) if one else 0.0 for other in held] for one in wanted]
    return np.array(shares, dtype=float).reshape(len(plain), len(passages))


def _judged(
    sentence: Sentence,
    passages: Sequence[Passage],
    overlaps: np.ndarray,
    cosines: tuple[np.ndarray, float] | None,
    missing: Sequence[tuple[str, ...]],
) -> Sentence:
    figures = overlaps
    if cosines is not None:
        similar, base = cosines
        figures = (overlaps + np.clip((similar - base) / (1 - base), 0, 1)) / 2
    limits = np.array([_MOST_WITHOUT_NUMBERS if lacking else 1.0 for lacking in missing])
    figures = np.minimum(figures, limits)
    best = int(np.argmax(figures))
    top = float(figures[best])
    ranks = [
        passage.rank for passage, figure in zip(passages, figures, strict=True) if figure >= top - 1e-9 and top > 0
    ]
    return Sentence(
        sentence.text,
        sentence.start,
        sentence.end,
        top,
        tuple(sorted(ranks)),
        overlap=float(overlaps[best]),
        similarity=None if cosines is None else round(float(cosines[0][best]), 4),
        missing=missing[best],
    )


def _numbers(text: str) -> frozenset[str]:
    found = (match.group().replace(",", "") for match in _NUMBER.finditer(text))
    return frozenset(number for number in found if sum(map(str.isdigit, number)) >= _TELLING)


def _cosines(
    plain: Sequence[str], passages: Sequence[Passage], overlaps: np.ndarray, embed: Embed
) -> list[tuple[np.ndarray, float]]:
    """Give, for each sentence, its cosine to the closest sentence of each passage, and what is usual between them."""
    close = np.sort(np.argsort(-overlaps.max(axis=0), kind="stable")[:_CLOSE]).tolist()
    owners, texts = _sentences_of(passages, close)
    once = {text: row for row, text in enumerate(dict.fromkeys([*plain, *texts]))}
    units = _units(embed(list(once)))
    asked, held = units[[once[text] for text in plain]], units[[once[text] for text in texts]]
    apart = owners[:, None] != owners[None, :]
    base = float(np.clip(np.median((held @ held.T)[apart]), 0.0, 0.9)) if apart.any() else 0.0
    best = np.full((len(plain), len(passages)), base)
    scores = asked @ held.T
    for number in close:
        best[:, number] = scores[:, owners == number].max(axis=1)
    return [(row, base) for row in best]


def _sentences_of(passages: Sequence[Passage], close: Sequence[int]) -> tuple[np.ndarray, list[str]]:
    """Give the sentences of some passages, and int (n,) the number of the passage that each is from."""
    owners, texts = [], []
    for number in close:
        text = passages[number].chunk.text
        sentences = [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]
        long = [one for one in sentences if len(one.split()) >= _LEAST_WORDS] or sentences or [text]
        owners += [number] * len(long)
        texts += long
    return np.array(owners), texts


def _units(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


@dataclass(frozen=True, slots=True)
class Supporter:
    """Works out support with words, and with meaning where an embedding model is at hand.

    Parameters
    ----------
    embed
        As in `support_sentences`; None where texts would leave the machine for it.
    """

    embed: Embed | None = None

    def __call__(self, text: str, passages: Sequence[Passage]) -> tuple[tuple[Sentence, ...], str]:
        """Give the sentences, and in words how their support was worked out."""
        if self.embed is None:
            return support_sentences(text, passages), WORDS + _NUMBERS
        try:
            return support_sentences(text, passages, self.embed), BOTH + _NUMBERS
        except ModelError as error:
            return support_sentences(text, passages), f"{WORDS}{_NUMBERS}; the embedding model failed: {error}"
