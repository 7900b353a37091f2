"""From a retrieval and a language model to an answer that grows, checked as it comes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event

from workbench.errors import ModelError
from workbench.generation.citations import find_citations, support_sentences
from workbench.generation.prompt import build_prompt
from workbench.protocols import LanguageModel
from workbench.records import Answer, Piece, Retrieval

__all__ = ["stream_answer"]

_EMPTY = "Nothing was found to answer from, so no language model was asked."


def stream_answer(
    retrieval: Retrieval, model: LanguageModel, cancel: Event, temperature: float = 0.0, seed: int = 0
) -> Iterator[Answer]:
    """Yield the answer so far, each time a piece has come; the last one is not `streaming`.

    A stream that breaks off keeps its text: the last answer has `complete=False` and says in `problem` what
    happened. Only a model that says it is done makes an answer complete.
    """
    prompt = build_prompt(retrieval, model, temperature, seed)
    began = time.perf_counter()
    answer = Answer("", question=retrieval.query, prompt=prompt, model=model.id, streaming=True, retrieval=retrieval)
    if not prompt.passages:
        yield _finish(replace(answer, problem=_unanswerable(prompt.left_out)), began, retrieval)
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
    yield _finish(answer, began, retrieval)


def _unanswerable(left_out: tuple[int, ...]) -> str:
    if left_out:
        return "Not even the first passage fits the model's context. Choose smaller chunks or a larger context."
    return _EMPTY


def _grow(answer: Answer, piece: Piece, began: float) -> Answer:
    timings = answer.timings
    if piece.text and timings.first_token is None:
        timings = replace(timings, first_token=time.perf_counter() - began)
    if piece.done:
        rate = piece.answer_tokens / piece.seconds if piece.answer_tokens and piece.seconds else None
        return replace(
            answer,
            text=answer.text + piece.text,
            complete=True,
            reason=piece.reason,
            prompt_tokens=piece.prompt_tokens,
            answer_tokens=piece.answer_tokens,
            timings=replace(timings, tokens_per_second=rate),
            problem=_unread(answer, piece),
        )
    text = answer.text + piece.text
    passages = answer.prompt.passages if answer.prompt else ()
    return replace(answer, text=text, citations=find_citations(text, passages), timings=timings)


def _unread(answer: Answer, piece: Piece) -> str:
    """Say so if the server read far fewer tokens than were sent: Ollama drops what does not fit and answers 200."""
    prompt = answer.prompt
    if prompt is None or not piece.prompt_tokens or not prompt.context_tokens:
        return ""
    if piece.prompt_tokens >= prompt.context_tokens:
        return (
            f"The model saw only {piece.prompt_tokens} tokens of the prompt: its context was full. "
            "Ask with fewer passages or a larger context."
        )
    return ""


def _finish(answer: Answer, began: float, retrieval: Retrieval) -> Answer:
    passages = answer.prompt.passages if answer.prompt else ()
    seconds = retrieval.seconds
    total = time.perf_counter() - began + sum(seconds.values())
    return replace(
        answer,
        streaming=False,
        citations=find_citations(answer.text, passages),
        sentences=support_sentences(answer.text, passages),
        timings=replace(answer.timings, embed=seconds.get("embed"), search=seconds.get("search"), total=total),
    )
