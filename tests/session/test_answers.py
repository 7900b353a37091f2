"""The verbs about an answer, through the workbench."""

from __future__ import annotations

import pytest

from tests.generation.test_attribution import Reader
from tests.generation.test_judge import Judge
from workbench.errors import InputError
from workbench.records import Contexts

QUESTION = "What does the alpaca give?"


def test_with_without_and_wrong_context(wb):
    model = Reader()
    contexts = wb.compare_contexts(QUESTION, llm=model, top_k=1)
    assert isinstance(contexts, Contexts)
    assert contexts.complete
    right, without, wrong = model.asked
    assert [p.chunk.document for p in right.passages] == ["herds/alpaca.md"]
    assert without.passages == ()
    assert without.messages[-1].content == f"Question: {QUESTION}"
    assert [p.chunk.document for p in wrong.passages] in (["deserts/camel.txt"], ["herds/llama.md"])
    assert {(one.temperature, one.seed) for one in model.asked} == {(0.0, 0)}
    assert contexts.right is wb.answer
    assert wb.contexts is contexts
    assert wb.history["question"].tolist() == [QUESTION]
    frame = contexts.to_frame()
    assert frame["context"].tolist() == ["with", "without", "wrong"]
    assert frame["passages"].tolist() == [1, 0, 1]


def test_the_three_answers_come_one_after_the_other(wb):
    seen = []
    wb.observe(
        lambda change: seen.append(
            tuple(
                None if one is None else one.streaming
                for one in (change["new"].right, change["new"].without, change["new"].wrong)
            )
        ),
        names=["contexts"],
    )
    wb.compare_contexts(QUESTION, llm=Reader())
    assert seen[0] == (None, None, None)
    assert seen[1] == (True, None, None)
    assert (False, True, None) in seen
    assert seen[-1] == (False, False, False)


def test_without_another_passage_the_wrong_context_says_so(wb):
    contexts = wb.compare_contexts(QUESTION, top_k=50)
    assert contexts.wrong.problem == "Nothing was found to answer from, so no language model was asked."


def test_an_answer_can_be_judged(wb):
    with pytest.raises(InputError, match="There is no answer to look at yet"):
        wb.judge(llm=Judge())
    wb.ask(QUESTION, top_k=1)
    judgement = wb.judge(llm=Judge(*["yes"] * 5))
    assert judgement.complete
    assert judgement.supported == len(judgement.verdicts) > 0
    assert wb.judgement is judgement
    assert judgement.answer is wb.answer


def test_quoting_is_no_judging(wb):
    wb.ask(QUESTION)
    with pytest.raises(InputError, match="`extractive` is none"):
        wb.judge()


def test_what_an_answer_depends_on(wb):
    wb.ask(QUESTION, top_k=2)
    found = wb.attribute()
    assert [one.rank for one in found.passages] == [1, 2]
    assert found.passages[0].change > 0
    assert wb.attribution is found


def test_the_prompt_is_a_setting_that_is_checked_and_can_be_reset(wb):
    default = wb.prompt_template
    with pytest.raises(InputError, match=r"lacks \{passages\}"):
        wb.prompt_template = "Say {question}"
    assert wb.prompt_template == default
    wb.prompt_template = "{passages}\n\nIn French: {question}"
    model = Reader()
    answer = wb.ask(QUESTION, llm=model, top_k=1)
    assert answer.prompt.messages[0].content.endswith(f"In French: {QUESTION}")
    assert [message.role for message in answer.prompt.messages] == ["user"]
    wb.prompt_template = None
    assert wb.prompt_template == default


def test_support_says_how_it_was_worked_out(wb):
    answer = wb.ask(QUESTION)
    assert answer.support_method.startswith("half word overlap, half embedding similarity")
    assert {quote.match for quote in answer.quotes} == {"exact"}
    assert all(sentence.supported for sentence in answer.sentences)
