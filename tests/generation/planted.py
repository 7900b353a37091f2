"""Answers with one planted sentence that the passages do not hold, made from the sample corpora."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.records import Chunk, Passage
from workbench.sentences import sentence_spans

__all__ = ["KINDS", "Planted", "planted", "statements"]

KINDS = ("of another document", "of another corpus", "with another number")


@dataclass(frozen=True)
class Planted:
    """An answer of three sentences, of which number `at` is the planted one."""

    kind: str
    text: str
    at: int
    passages: Sequence[Passage]


def statements(text: str) -> list[str]:
    """Give the sentences of eight words or more, headings left out, in one line each."""
    found = [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]
    return [one for one in found if len(one.split()) >= 8 and one[0] != "#" and one[-1] in ".!?"]


def reworded(sentence: str) -> str:
    """Drop every sixth word and begin otherwise, as a summary does."""
    words = [word for place, word in enumerate(sentence.split()) if place % 6 != 4]
    return " ".join(["In short,", words[0].lower(), *words[1:]])


def planted(
    passages: Sequence[Passage], gold: Sequence[str], corpus: Sequence[Chunk], elsewhere: Sequence[Chunk], seed: int
) -> Iterator[Planted]:
    """Give an answer of each kind: a quoted sentence, a reworded one, and between them what does not belong.

    Parameters
    ----------
    passages
        What a question found.
    gold
        Documents that answer it; nothing is planted from these, nor from those of the passages.
    corpus, elsewhere
        Chunks of its corpus, and of another.
    seed
        For what is drawn.
    """
    draw = random.Random(seed)
    held = [one for passage in passages for one in statements(passage.chunk.text)]
    if len(held) < 2:
        return
    known = {passage.chunk.document for passage in passages} | set(gold)
    pools = (
        [one for chunk in corpus if chunk.document not in known for one in statements(chunk.text)],
        [one for chunk in elsewhere for one in statements(chunk.text)],
        [one for one in held if re.search(r"\d\d", one)],
    )
    for kind, pool in zip(KINDS, pools, strict=True):
        if not pool:
            continue
        wrong = draw.choice(pool)
        if kind == KINDS[2]:
            wrong = re.sub(r"\d\d+", lambda match: str(int(match[0]) + 7), wrong)
        quoted, other = draw.sample(held, 2)
        parts = [f"{quoted} [1]", reworded(other)]
        at = draw.randrange(3)
        parts.insert(at, wrong)
        yield Planted(kind, " ".join(parts), at, passages)
