"""The verbs about an answer, through the workbench."""

from __future__ import annotations

import threading

import pytest

from tests.generation.chat_double import ChatDouble
from tests.generation.test_attribution import Reader
from tests.generation.test_judge import Judge
from workbench.errors import ConsentNeeded, InputError
from workbench.records import Contexts, Piece

QUESTION = "What does the alpaca give?"


class Halves(Reader):
    """Says a character in two pieces, and half of another."""

    def stream(self, request, cancel):
        yield from map(Piece, ("good \ud83d", "\udc4d, bad \ud83d", " end"))
        yield Piece(done=True, reason="stop")


def test_a_streamed_answer_gives_whole_characters(wb):
    pieces = list(wb.ask(QUESTION, llm=Halves(), stream=True))
    assert pieces[0] == "good "
    assert "".join(pieces) == wb.answer.text == "good 👍, bad \ufffd end"


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


class Stopping(Reader):
    """Is stopped by the person in its second answer."""

    def stream(self, request, cancel):
        for number, piece in enumerate(super().stream(request, cancel)):
            if len(self.asked) == 2 and number == 0:
                self.wb.cancel("ask")
            if cancel.is_set():
                return
            yield piece


def test_stopping_keeps_what_came_and_begins_no_other(wb):
    model = Stopping()
    model.wb = wb
    contexts = wb.compare_contexts(QUESTION, llm=model)
    assert contexts.right.complete
    assert (contexts.without.complete, contexts.without.problem) == (False, "It was stopped.")
    assert contexts.wrong is None
    assert not contexts.complete


def test_a_question_is_asked_again_while_the_last_things_of_its_answer_are_done(wb, monkeypatch):
    settled, go = threading.Event(), threading.Event()

    def remember(answer):
        settled.set()
        assert go.wait(30)
        keep(answer)

    wb.embed()
    keep = wb.remember
    monkeypatch.setattr(wb, "remember", remember)
    first = wb.submit("ask", QUESTION, llm="extractive")
    assert settled.wait(30)
    assert not wb.answer.streaming  # a person sees it, and may press the button
    again = wb.submit("ask", QUESTION, llm="extractive")
    go.set()
    assert again.wait().text == first.wait().text
    assert (again is first, len(wb.past)) == (False, 2)


def test_an_object_that_wrote_an_answer_is_asked_again_where_it_is_chosen(wb):
    wb.ask(QUESTION, llm=Reader(), top_k=1)
    with pytest.raises(InputError, match=r"written by 'test:scripted', an object\. Give it: wb\.attribute\(llm="):
        wb.attribute()
    wb.llm = Reader()
    assert wb.attribute().passages[0].change == 1.0


def test_a_model_elsewhere_is_asked_only_when_that_is_allowed(wb, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(ConsentNeeded, match=r"openai:gpt-4o-mini runs at api\.openai\.com"):
        wb.ask(QUESTION, llm="openai:gpt-4o-mini")


def test_a_compatible_server_on_this_machine_answers(wb, monkeypatch):
    with ChatDouble() as double:
        monkeypatch.setenv("OPENAI_BASE_URL", double.url)
        answer = wb.ask(QUESTION, llm="openai:tiny", top_k=1)
    assert answer.complete
    assert [citation.number for citation in answer.citations] == [1]
    assert double.asked[0]["messages"][0]["content"] == answer.prompt.messages[0].content
    assert answer.timings.tokens_per_second > 0
