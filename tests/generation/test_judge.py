from __future__ import annotations

from threading import Event

import pytest

from tests.generation.test_answers import DONE, RETRIEVAL, Scripted, answers
from workbench.errors import ServerError
from workbench.generation.judge import judge, verdict_of
from workbench.records import Piece


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("yes", True),
        ("Yes.", True),
        ("**YES**", True),
        ("Yes, the first passage says so.", True),
        ("no", False),
        ("No\nThe passages speak of wool.", False),
        ("No: nothing is said of it.", False),
        ('"No" is the answer', False),
        ("Yesterday it was said", None),
        ("yes and no", None),
        ("No doubt the passages say it", None),
        ("The answer is yes", None),
        ("It is not supported", None),
        ("", None),
    ],
)
def test_a_verdict_is_a_word_and_never_a_part_of_one(reply, verdict):
    assert verdict_of(reply) is verdict


class Judge(Scripted):
    """Gives one reply after the other."""

    def __init__(self, *replies) -> None:
        super().__init__()
        self.replies = list(replies)
        self.asked = []

    def stream(self, request, cancel):
        self.asked.append(request)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        yield Piece(reply)
        yield Piece(done=True, reason="stop")


ANSWER = answers(Scripted("Llamas are camelids [1]. It is. Alpacas sing [2]! Camels fly? ", DONE))[-1]


def test_each_sentence_with_content_gets_a_verdict_and_failures_are_counted():
    model = Judge("Yes.", "no", "Who knows")
    steps = list(judge(ANSWER, model, Event()))
    assert [len(step.verdicts) for step in steps] == [0, 1, 2, 3, 3]
    last = steps[-1]
    assert (last.complete, last.supported, last.failures, last.model) == (True, 1, 1, "test:scripted")
    assert [(one.sentence, one.supported) for one in last.verdicts] == [
        ("Llamas are camelids [1].", True),
        ("Alpacas sing [2]!", False),
        ("Camels fly?", None),
    ]
    assert last.to_frame()["reply"].tolist() == ["Yes.", "no", "Who knows"]


def test_it_is_asked_about_the_passages_concerned_between_fences():
    model = Judge("yes", "yes", "yes")
    list(judge(ANSWER, model, Event()))
    first = model.asked[0]
    assert [passage.rank for passage in first.passages] == [1]
    body = first.messages[1].content
    assert "Llamas are camelids from South America.\n</passage " in body
    assert body.endswith("Statement: Llamas are camelids .\n\nDo the passages say this? Yes or no?")
    assert (first.temperature, first.answer_tokens) == (0.0, 16)


def test_a_judge_that_fails_is_counted_and_the_others_are_still_asked():
    last = list(judge(ANSWER, Judge(ServerError("It broke off."), "yes", "no"), Event()))[-1]
    assert [one.supported for one in last.verdicts] == [None, True, False]
    assert last.verdicts[0].reply == "It broke off."


def test_stopping_keeps_what_was_judged_and_is_not_complete():
    cancel = Event()
    steps = []
    for step in judge(ANSWER, Judge("yes", "yes", "yes"), cancel):
        steps.append(step)
        if step.verdicts:
            cancel.set()
    assert (len(steps[-1].verdicts), steps[-1].complete) == (1, False)


def test_passages_that_do_not_fit_are_a_failure_not_a_cut():
    model = Judge()
    model.context_tokens = 40
    last = list(judge(ANSWER, model, Event()))[-1]
    assert last.failures == 3
    assert RETRIEVAL.passages[0].chunk.text not in last.verdicts[0].reply
