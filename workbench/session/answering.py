"""What the lane `ask` does with a language model."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.errors import Cancelled
from workbench.generation import Asking, Supporter, stream_answer
from workbench.models import prepare
from workbench.records import Answer
from workbench.session.prepare import prepared
from workbench.session.work import find, look_at_server
from workbench.shown import whole

if TYPE_CHECKING:
    import numpy as np

    from workbench.jobs.lane import Job
    from workbench.protocols import EmbeddingModel, LanguageModel
    from workbench.records import Retrieval
    from workbench.retrieval import Options
    from workbench.session.engine import Engine

__all__ = ["ask", "asking_of", "told"]

_REDRAW = 0.1
"""Seconds between two states of an answer that streams."""


def ask(
    wb: Engine, job: Job, question: str, options: Options, llm: object, heard: Callable[[str], None] | None = None
) -> Answer:
    """Search, then let a language model answer; `heard` is given each new piece of text."""
    retrieval = find(wb, job, question, options, llm)
    now = prepared(wb, job)
    language = wb.language_model(llm, now.model)
    wb.publish(status=f"{language.id} is answering")

    def publish(answer: Answer) -> None:
        wb.publish(answer=answer)

    answer = told(retrieval, language, job, asking_of(wb, now.model), publish, heard)
    if job.overtaken:
        raise Cancelled("The question was overtaken by a newer one; its answer so far was not kept.")
    job.settled = True  # the whole answer is shown: "Ask again" begins anew, though it is still being remembered
    wb.remember(answer)
    wb.publish(status="Ready")
    look_at_server(wb, language.id)
    return answer


def asking_of(wb: Engine, embedding: EmbeddingModel) -> Asking:
    """Give how the workbench is set to ask."""
    return Asking(wb.temperature, wb.seed, wb.prompt_template, supporter=Supporter(_embed_of(embedding)))


def _embed_of(embedding: EmbeddingModel) -> Callable[[Sequence[str]], np.ndarray] | None:
    """Give what compares sentences; None where that would send them away: only what a person asks for is sent."""
    if getattr(embedding, "destination", ""):
        return None
    return lambda texts: embedding.embed(prepare(embedding, texts, "document"), "document")


def told(
    retrieval: Retrieval,
    language: LanguageModel,
    job: Job,
    asking: Asking,
    publish: Callable[[Answer], None],
    heard: Callable[[str], None] | None = None,
) -> Answer:
    """Let a model answer, and publish the answer as it grows, at most ten times a second."""
    answer, shown, said = Answer(""), 0.0, 0
    for answer in stream_answer(retrieval, language, job.cancel, asking):
        text = _settled(answer)
        if heard is not None and len(text) > said:
            heard(text[said:])
            said = len(text)
        if not answer.streaming or time.perf_counter() - shown > _REDRAW:
            shown = time.perf_counter()
            publish(answer)
    return answer


def _settled(answer: Answer) -> str:
    """Give the text that no later piece changes: one may bring the other half of a last character."""
    last = answer.text[-1:]
    waits = answer.streaming and last != whole(last)
    return whole(answer.text[:-1] if waits else answer.text)
