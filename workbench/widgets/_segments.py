"""An answer cut where its look changes: citations, quotations, and sentences that little supports."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from workbench.records import Answer, Judgement, Quote, Sentence
from workbench.widgets._passages import name_of, place_of

__all__ = ["segments", "weak_tip"]


def segments(answer: Answer, judgement: Judgement | None = None) -> list[dict[str, Any]]:
    """Cut an answer where its look changes.

    Parameters
    ----------
    answer
        Whole, or as far as it has come.
    judgement
        What a judge said of this very answer, if one was asked.

    Returns
    -------
    list of dict
        `t` the text as written; for a citation `n` its number, `ok` whether the prompt has that passage and `tip`
        what to say about it; `weak` a sentence for text that no passage supports or that the judge refused; `quote`
        (exact, fuzzy or none) and `from`, in words, for quotations. The `t` joined are the text.
    """
    text = answer.text
    citations = {(one.start, one.end): one for one in answer.citations if one.start < one.end}
    weak = {(one.start, one.end): tip for one in answer.sentences if (tip := _doubt(one, judgement))}
    quotes = {(one.start, one.end): one for one in answer.quotes}
    edges = {edge for span in (*citations, *weak, *quotes) for edge in span}
    found = []
    for start, end in pairwise(sorted({0, len(text), *edges})):
        piece: dict[str, Any] = {"t": text[start:end]}
        if (start, end) in citations:
            citation = citations[start, end]
            piece |= {"n": citation.number, "ok": citation.valid, "tip": _tip(answer, citation.number, citation.valid)}
        doubts = [tip for (first, last), tip in weak.items() if first <= start and end <= last]
        piece |= {"weak": doubts[0]} if doubts else {}
        around = [quote for (first, last), quote in quotes.items() if first <= start and end <= last]
        piece |= {"quote": around[0].match, "from": _from(around[0])} if around else {}
        found.append(piece)
    return found


def _tip(answer: Answer, number: int, valid: bool) -> str:
    if not valid:
        return f"The context has no passage {number}"
    chunks = {passage.rank: passage.chunk for passage in (answer.prompt.passages if answer.prompt else ())}
    return f"Passage {number}: {name_of(chunks[number])} · {place_of(chunks[number])}"


def _doubt(sentence: Sentence, judgement: Judgement | None) -> str:
    """Give why a sentence is marked; empty where it is not."""
    if not sentence.supported:
        return weak_tip(sentence)
    verdicts = judgement.verdicts if judgement is not None else ()
    refused = any(verdict.sentence == sentence.text and verdict.supported is False for verdict in verdicts)
    return f"The judge, {judgement.model}, says that the passages do not hold this" if refused and judgement else ""


def weak_tip(sentence: Sentence) -> str:
    """Say why little supports a sentence."""
    if not sentence.passages:
        return "No passage holds any of this sentence's words"
    rank = sentence.passages[0]
    if sentence.missing:
        return f"Passage {rank} comes closest, and does not hold {' and '.join(sentence.missing)}"
    if sentence.similarity is None:
        return f"Little support: passage {rank} holds {sentence.support:.0%} of this sentence's words"
    return (
        f"Little support ({sentence.support:.0%}): passage {rank} holds {sentence.overlap or 0:.0%} of its words, and "
        f"its closest sentence has cosine {sentence.similarity:.2f}"
    )


def _from(quote: Quote) -> str:
    if quote.match == "exact":
        return f"Quoted from passage {quote.rank}, letter for letter"
    if quote.match == "fuzzy":
        how = "capitals or marks differ" if quote.likeness == 1 else f"{quote.likeness:.0%} alike"
        return f"Nearly as in passage {quote.rank}: {how}"
    return "In quotation marks, and in no passage"
