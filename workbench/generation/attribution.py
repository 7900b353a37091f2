"""Which passages an answer depends on: it is asked again without each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Event

from workbench.generation.answers import Asking
from workbench.generation.citations import without_citations
from workbench.generation.prompt import build_prompt
from workbench.protocols import LanguageModel
from workbench.records import Answer, Attribution, LeftOut, Passage, PromptRequest, Retrieval
from workbench.sentences import content_words, sentence_spans

__all__ = ["attribute", "changes"]


def attribute(answer: Answer, model: LanguageModel, cancel: Event, asking: Asking) -> Iterator[Attribution]:
    """Yield the attribution after each passage; the last is complete unless it was cancelled.

    Each prompt is the first one less a passage: numbers, fence, template, seed and temperature stay.

    Parameters
    ----------
    answer
        With its prompt.
    model
        The one that wrote it.
    cancel
        Set to stop.
    asking
        How it was asked.

    Raises
    ------
    ModelError
        The model fails; what was yielded before holds.
    """
    found = Attribution(answer, model.id)
    yield found
    passages = answer.prompt.passages if answer.prompt else ()
    for passage in passages:
        rest = tuple(other for other in passages if other is not passage)
        text, complete = _answered(_prompt(answer, rest, model, asking), model, cancel)
        if cancel.is_set():
            return
        change, sentences = changes(answer.text, text)
        left = LeftOut(passage.rank, passage.chunk.id, text, change, sentences, complete)
        found = replace(found, passages=(*found.passages, left))
        yield found
    yield replace(found, complete=True)


def _prompt(answer: Answer, rest: tuple[Passage, ...], model: LanguageModel, asking: Asking) -> PromptRequest:
    fence = answer.prompt.fence if answer.prompt else None
    retrieval = Retrieval(answer.question, rest)
    return build_prompt(retrieval, model, asking.temperature, asking.seed, asking.template, fence)


def _answered(prompt: PromptRequest, model: LanguageModel, cancel: Event) -> tuple[str, bool]:
    pieces = list(model.stream(prompt, cancel))
    return "".join(piece.text for piece in pieces), bool(pieces) and pieces[-1].done


def changes(before: str, after: str) -> tuple[float, tuple[float, ...]]:
    """Say how much of an answer is gone in another, 0 to 1.

    Returns
    -------
    tuple
        The share of its content words that the other lacks; and for each of its sentences, the share of that
        sentence's content words that the closest sentence of the other lacks.
    """
    held = [content_words(without_citations(after[start:end])) for start, end in sentence_spans(after)]
    all_words = frozenset().union(*held)
    wanted = [content_words(without_citations(before[start:end])) for start, end in sentence_spans(before)]
    whole = frozenset().union(*wanted)
    lost = round(len(whole - all_words) / len(whole), 4) if whole else 0.0
    return lost, tuple(
        round(min((len(words - other) / len(words) for other in held), default=1.0), 4) if words else 0.0
        for words in wanted
    )
