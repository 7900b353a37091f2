"""How many of a person's own texts a finding is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from workbench.models.check.answers import sentence
from workbench.protocols import EmbeddingModel
from workbench.records import ModelCheck, Probe

__all__ = ["kinds_of", "long_kind", "with_figures"]

_LONG = re.compile(r"over (\d+) tokens")

_MARKS = set("<>=+^|~$`")
_SCRIPTS = {
    "GREEK": "Greek",
    "CYRILLIC": "Cyrillic",
    "CJK": "Chinese or Japanese",
    "HIRAGANA": "Chinese or Japanese",
    "KATAKANA": "Chinese or Japanese",
    "ARABIC": "Arabic",
    "DEVANAGARI": "Devanagari",
}
_EMOJI_FROM = "\U0001f000"


@cache
def _kinds(character: str) -> frozenset[str]:
    found = set()
    if any(unicodedata.category(part) == "Mn" for part in unicodedata.normalize("NFD", character)):
        found.add("accents")
    if character in _MARKS:
        found.add("marks")
    if character.isupper():
        found.add("capitals")
    if character >= _EMOJI_FROM and unicodedata.category(character) == "So":
        found.add("emoji")
    script = _SCRIPTS.get(unicodedata.name(character, "").partition(" ")[0])
    return frozenset(found | {script} if script else found)


def long_kind(tokens: int) -> str:
    """Name the kind of texts with more than so many tokens, special ones and prefix included."""
    return f"over {tokens} tokens"


def kinds_of(text: str) -> set[str]:
    """Give the kinds of letters and marks that a text holds.

    Returns
    -------
    set of str
        Of `accents`, `marks` (the symbols of `texts.MARKS`), `capitals`, `emoji`, and the scripts of `texts.SCRIPTS`.
    """
    return set().union(*(_kinds(character) for character in set(text)))


def with_figures(check: ModelCheck, texts: Sequence[str], model: EmbeddingModel | None = None) -> ModelCheck:
    """Give the same check with each finding followed by how many of the texts it is about.

    Parameters
    ----------
    check
        As asked, or as stored.
    texts
        The person's own chunks; with none, the findings stand alone.
    model
        Needed to say which texts are too long; None leaves that out.
    """
    wanted = {kind for probe in check.probes for kind in probe.concerns}
    long = {kind: int(found[1]) for kind in wanted if (found := _LONG.fullmatch(kind))}
    held: list[set[str]] = [kinds_of(text) for text in texts] if wanted - set(long) else [set() for _ in texts]
    if model is not None:
        for kind, tokens in long.items():
            for place in _longer(texts, tokens, model):
                held[place].add(kind)
    known = wanted if model is not None else wanted - set(long)
    return replace(check, probes=tuple(_told(probe, held, known) for probe in check.probes))


def _told(probe: Probe, held: Sequence[set[str]], known: set[str]) -> Probe:
    concerns = set(probe.concerns)
    # A probe that passed without a word about any kind of text, or was not asked, is about no text.
    if not held or not concerns <= known or (not concerns and probe.passed is not False):
        return replace(probe, seen=sentence(probe.finding, probe.detail))
    hit = sum(1 for kinds in held if not concerns or kinds & concerns)
    return replace(probe, seen=sentence(probe.finding, probe.detail, _count(hit, len(held), concerns)))


def _count(hit: int, total: int, concerns: set[str]) -> str:
    if not concerns:
        return f"that is so for all {total:,} of your chunks" if total > 1 else "that is so for your one chunk"
    one, many = "holds such text", "hold such text"
    if any(_LONG.fullmatch(kind) for kind in concerns):
        one, many = "is longer", "are longer"
    if concerns == {"accents"}:
        one, many = "holds one", "hold one"
    if not hit:
        return f"none of your chunks {one}"
    if total == 1:
        return f"your one chunk {one}"
    return f"{hit:,} of your {total:,} chunks {one if hit == 1 else many}"


def _longer(texts: Sequence[str], tokens: int, model: EmbeddingModel) -> list[int]:
    """Give the places of texts that have more tokens, with the prefix and the special ones."""
    room = tokens - model.special_tokens
    sent = [model.document_prefix + text for text in texts]
    # A token is at least one character, so most texts need no counting.
    maybe = [place for place, text in enumerate(sent) if len(text) > room]
    counts = model.tokenizer.count([sent[place] for place in maybe])
    return [maybe[row] for row in np.flatnonzero(counts > room)]
