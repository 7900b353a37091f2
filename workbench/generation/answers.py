"""From a retrieval and a language model to an answer that grows, checked as it comes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Literal

from workbench.errors import ModelError
from workbench.generation.citations import find_citations
from workbench.generation.prompt import build_prompt, plain_prompt
from workbench.generation.quotes import find_quotes
from workbench.generation.support import Supporter
from workbench.generation.template import TEMPLATE
from workbench.protocols import LanguageModel
from workbench.records import Answer, Passage, Piece, PromptRequest, Retrieval
from workbench.shown import joined, whole

__all__ = ["Asking", "stream_answer"]

_EMPTY = "Nothing was found to answer from, so no language model was asked."
_MARKS = 8
"""Tokens that a chat template may add or drop unseen; a count that is shorter by more was of a cut prompt."""
_FAR_BELOW = 0.4
"""Share of an estimate, which is up to twice the truth, below which the prompt cannot have been whole."""


@dataclass(frozen=True)
class Asking:
    """How a question is put.

    Attributes
    ----------
    temperature, seed
        Passed on to the model.
    template
        The prompt's, as `template.checked` gives it.
    context
        `with` the passages, or `without` any.
    supporter
        Works out how well the sentences stand in the passages.
    """

    temperature: float = 0.0
    seed: int = 0
    template: str = TEMPLATE
    context: Literal["with", "without"] = "with"
    supporter: Supporter = field(default_factory=Supporter)

    def prompt(self, retrieval: Retrieval, model: LanguageModel) -> PromptRequest:
        """Write the prompt."""
        if self.context == "without":
            return plain_prompt(retrieval.query, model, self.temperature, self.seed)
        return build_prompt(retrieval, model, self.temperature, self.seed, self.template)


def stream_answer(
    retrieval: Retrieval, model: LanguageModel, cancel: Event, asking: Asking | None = None
) -> Iterator[Answer]:
    """Yield the answer so far, each time a piece has come; the last one is not `streaming`.

    A stream that breaks off keeps its text: the last answer has `complete=False` and says in `problem` what
    happened. Only a model that says it is done makes an answer complete.
    """
    asking = asking or Asking()
    prompt = asking.prompt(retrieval, model)
    began = time.perf_counter()
    answer = Answer("", question=retrieval.query, prompt=prompt, model=model.id, streaming=True, retrieval=retrieval)
    if asking.context == "with" and not prompt.passages:
        yield _finish(replace(answer, problem=_unanswerable(prompt.left_out)), began, asking)
        return
    yield answer
    try:
        for piece in model.stream(prompt, cancel):
            answer = _grow(answer, piece, began)
            if not piece.done:
                yield answer
    except ModelError as error:
        answer = replace(answer, problem=str(error))
    if not answer.complete and not answer.problem:
        stopped = "It was stopped." if cancel.is_set() else "The model stopped without saying that it was done."
        answer = replace(answer, problem=stopped)
    # Whoever stops an answer waits for nothing more.
    yield _finish(answer, began, replace(asking, supporter=Supporter()) if cancel.is_set() else asking)


def _unanswerable(left_out: tuple[int, ...]) -> str:
    if left_out:
        return "Not even the first passage fits the model's context. Choose smaller chunks or a larger context."
    return _EMPTY


def _grow(answer: Answer, piece: Piece, began: float) -> Answer:
    timings = answer.timings
    if piece.text and timings.first_token is None:
        timings = replace(timings, first_token=time.perf_counter() - began)
    text = joined(answer.text + piece.text)
    if piece.done:
        rate = piece.answer_tokens / piece.seconds if piece.answer_tokens and piece.seconds else None
        return replace(
            answer,
            text=text,
            complete=True,
            reason=piece.reason,
            prompt_tokens=piece.prompt_tokens,
            answer_tokens=piece.answer_tokens,
            timings=replace(timings, tokens_per_second=rate),
            unread=_unread(answer.prompt, piece),
        )
    return replace(answer, text=text, citations=find_citations(text, _passages(answer)), timings=timings)


def _passages(answer: Answer) -> Sequence[Passage]:
    return answer.prompt.passages if answer.prompt else ()


def _unread(prompt: PromptRequest | None, piece: Piece) -> str:
    """Say so if the model read fewer tokens than were sent: Ollama drops what does not fit and answers 200.

    The signs are a context that the prompt alone has filled, though room was kept for the answer, and a count far below
    our own.
    """
    seen = piece.prompt_tokens
    if prompt is None or not seen:
        return ""
    sent = prompt.prompt_tokens
    full = bool(prompt.context_tokens) and seen >= prompt.context_tokens
    short = seen + _MARKS < sent if prompt.exact else seen < _FAR_BELOW * sent
    if not full and not short:
        return ""
    of = f"{'' if prompt.exact else 'about '}{sent:,}" if sent > seen else "more than that"
    return (
        f"The model saw only {seen:,} of {of} tokens: its server cut the prompt. Ask with fewer passages or a larger "
        "context."
    )


def _finish(answer: Answer, began: float, asking: Asking) -> Answer:
    answer = replace(answer, text=whole(answer.text), model=whole(answer.model))
    retrieval = answer.retrieval
    seconds = retrieval.seconds if retrieval else {}
    total = time.perf_counter() - began + sum(seconds.values())
    passages = _passages(answer)
    # An answer from nothing is held against what was found, which it did not see.
    evidence = retrieval.passages if asking.context == "without" and retrieval else passages
    sentences, method = asking.supporter(answer.text, evidence)
    return replace(
        answer,
        streaming=False,
        citations=find_citations(answer.text, passages),
        sentences=sentences,
        support_method=method if sentences else "",
        quotes=find_quotes(answer.text, evidence),
        timings=replace(answer.timings, embed=seconds.get("embed"), search=seconds.get("search"), total=total),
    )
