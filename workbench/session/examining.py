"""Looking closely at an answer, in the lane `ask`: judged, taken apart, and with other contexts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.errors import Cancelled, InputError
from workbench.generation import EXTRACTIVE
from workbench.generation.attribution import attribute
from workbench.generation.contexts import wrong_context
from workbench.generation.judge import judge
from workbench.records import Answer, Attribution, Contexts, Judgement, Progress
from workbench.session.answering import asking_of, told
from workbench.session.prepare import prepared
from workbench.session.work import find, look_at_server

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.protocols import EmbeddingModel, LanguageModel
    from workbench.retrieval import Options
    from workbench.session.engine import Engine

__all__ = ["attributed", "compared", "judged"]

T = TypeVar("T", Judgement, Attribution)


def judged(wb: Engine, job: Job, llm: object) -> Judgement:
    """Have a language model say of each sentence of the answer whether the passages hold it."""
    answer = _answer(wb)
    model = wb.language_model(llm, prepared(wb, job).model)
    if model.id == EXTRACTIVE:
        raise InputError(
            "A judge must be a language model, and `extractive` is none. Give one, such as "
            "wb.judge(llm='ollama:llama3.2')."
        )
    found = _grown(wb, job, "judgement", judge(answer, model, job.cancel, wb.seed), len(answer.sentences))
    look_at_server(wb, model.id)
    return found


def attributed(wb: Engine, job: Job, llm: object) -> Attribution:
    """Ask the answer's question again without each of its passages."""
    answer = _answer(wb)
    now = prepared(wb, job)
    model = _writer(wb, answer, now.model) if llm is None else wb.language_model(llm, now.model)
    steps = attribute(answer, model, job.cancel, asking_of(wb, now.model))
    found = _grown(wb, job, "attribution", steps, len(answer.prompt.passages) if answer.prompt else 0)
    look_at_server(wb, model.id)
    return found


def _writer(wb: Engine, answer: Answer, embedding: EmbeddingModel) -> LanguageModel:
    """Give the model that wrote an answer: the chosen one, or the one of that id."""
    chosen = wb.language_model(None, embedding)
    if chosen.id == answer.model:
        return chosen
    try:
        return wb.language_model(answer.model, embedding)
    except InputError:
        raise InputError(
            f"The answer was written by {answer.model!r}, an object. Give it: wb.attribute(llm=...)."
        ) from None


def _answer(wb: Engine) -> Answer:
    answer: Answer | None = wb.answer
    if answer is None or answer.streaming or not answer.text or answer.prompt is None:
        raise InputError("There is no answer to look at yet. Ask a question first.")
    return answer


def _grown(wb: Engine, job: Job, name: str, steps: Iterator[T], total: int) -> T:
    unit = "sentences" if name == "judgement" else "passages"
    meter = wb.meter("ask", "Judging" if name == "judgement" else "Leaving out passages", unit)
    last: T | None = None
    for number, last in enumerate(steps):
        meter(min(number, total), total)
        wb.publish(**{name: last})
    if job.overtaken:
        raise Cancelled("This was overtaken by a newer question.")
    assert last is not None
    return last


def compared(wb: Engine, job: Job, question: str, options: Options, llm: object) -> Contexts:
    """Answer with the passages, without any, and with the wrong ones, one after the other."""
    retrieval = find(wb, job, question, options, llm)
    now = prepared(wb, job)
    model: LanguageModel = wb.language_model(llm, now.model)
    asking = asking_of(wb, now.model)
    wrong = wrong_context(retrieval, {chunk.id: chunk for chunk in wb.chunk_list})
    found = Contexts(retrieval.query, model.id, retrieval=retrieval)
    wb.publish(contexts=found)
    slots = (
        ("right", "with its passages", retrieval, asking),
        ("without", "without passages", retrieval, replace(asking, context="without")),
        ("wrong", "with the wrong passages", wrong, asking),
    )
    for name, words, context, how in slots:
        if job.cancel.is_set():
            break
        wb.tell(Progress("ask", f"Answering {words}"))
        wb.publish(status=f"{model.id} is answering {words}")

        def publish(answer: Answer, name: str = name) -> None:
            nonlocal found
            changed: dict[str, Any] = {name: answer}
            found = replace(found, **changed)
            wb.publish(contexts=found, **({"answer": answer} if name == "right" else {}))

        told(context, model, job, how, publish)
    if job.overtaken:
        raise Cancelled("The question was overtaken by a newer one.")
    found = replace(found, complete=not job.cancel.is_set())
    if found.right is not None:
        wb.remember(found.right)
    wb.publish(contexts=found, status="Ready")
    look_at_server(wb, model.id)
    return found
