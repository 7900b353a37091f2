from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from tests.doubles import WordModel
from workbench.errors import InputError, ServerError
from workbench.generation import language_model, stream_answer
from workbench.models import prepare
from workbench.records import Chunk, Passage, Piece, Retrieval

TEXTS = [
    "Llamas are camelids from South America.",
    "Alpacas give fine wool for cloth.",
    "Camels live in the desert heat.",
]
PASSAGES = tuple(
    Passage(rank, 1 / rank, Chunk(f"d{rank}:0", f"d{rank}", 0, 0, len(text), text))
    for rank, text in enumerate(TEXTS, 1)
)
RETRIEVAL = Retrieval("Who are the camelids of South America?", PASSAGES, seconds={"embed": 1.0, "search": 0.5})


class Scripted:
    """Says its pieces; a text is a piece, an exception is raised; tokens are words."""

    id = "test:scripted"

    def __init__(self, *script, context_tokens=0) -> None:
        self.script = script
        self.context_tokens = context_tokens

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def stream(self, request, cancel: Event) -> Iterator[Piece]:
        for step in self.script:
            if isinstance(step, Exception):
                raise step
            if cancel.is_set():
                return
            yield step if isinstance(step, Piece) else Piece(step)

    def close(self) -> None: ...


DONE = Piece(done=True, reason="stop", prompt_tokens=90, answer_tokens=12, seconds=2.0)


def answers(model, cancel=None):
    return list(stream_answer(RETRIEVAL, model, cancel or Event()))


def test_grows_and_ends_complete():
    states = answers(Scripted("Llamas ", "are camelids [1].", DONE))
    assert [state.text for state in states] == ["", "Llamas ", "Llamas are camelids [1].", "Llamas are camelids [1]."]
    assert [state.streaming for state in states] == [True, True, True, False]
    last = states[-1]
    assert last.complete
    assert last.citations[0].chunk == "d1:0"
    assert last.sentences[0].passages == (1,)
    assert last.timings.tokens_per_second == 6.0
    assert last.timings.total >= 1.5
    assert last.retrieval is RETRIEVAL


def test_a_stream_that_breaks_keeps_its_text():
    last = answers(Scripted("Llamas are", ServerError("The server broke off.")))[-1]
    assert (last.text, last.complete, last.problem) == ("Llamas are", False, "The server broke off.")


def test_a_stream_that_just_ends_is_not_complete():
    last = answers(Scripted("Llamas are"))[-1]
    assert not last.complete
    assert last.problem == "The model stopped without saying that it was done."


def test_stopped_by_the_person():
    cancel = Event()
    states = []
    for state in stream_answer(RETRIEVAL, Scripted("one ", "two ", DONE), cancel):
        states.append(state)
        if state.text:
            cancel.set()
    assert (states[-1].text, states[-1].problem) == ("one ", "It was stopped.")


def test_no_passage_asks_no_model():
    empty = Retrieval("What?", ())
    last = list(stream_answer(empty, Scripted(AssertionError("must not be asked")), Event()))[-1]
    assert last.problem == "Nothing was found to answer from, so no language model was asked."


def test_a_server_whose_context_was_full_is_told():
    full = Piece(done=True, reason="stop", prompt_tokens=400, answer_tokens=1)
    last = answers(Scripted("Yes.", full, context_tokens=400))[-1]
    assert last.complete
    assert last.unread.startswith("The model saw only 400 of more than that tokens")


def test_a_count_below_an_exact_one_is_told():
    model = Scripted("Yes.", Piece(done=True, reason="stop", prompt_tokens=70, answer_tokens=1))
    model.exact_tokens = True
    last = answers(model)[-1]
    sent = last.prompt.prompt_tokens
    assert last.unread == (
        f"The model saw only 70 of {sent} tokens: its server cut the prompt. "
        "Ask with fewer passages or a larger context."
    )


def test_an_estimate_may_be_too_high_but_not_that_much():
    for seen, said in ((60, ""), (20, "The model saw only 20 of about ")):
        last = answers(Scripted("Yes.", Piece(done=True, reason="stop", prompt_tokens=seen)))[-1]
        assert last.unread.startswith(said)
        assert bool(last.unread) == bool(said)


def test_extractive_quotes_and_cites():
    model = WordModel(dimensions=512)
    quoting = language_model("extractive", embed=lambda texts, role: model.embed(prepare(model, texts, role), role))
    last = answers(quoting)[-1]
    assert last.text.startswith("“Llamas are camelids from South America.” [1]")
    assert last.complete
    assert all(citation.valid for citation in last.citations)
    assert {sentence.support for sentence in last.sentences} == {1.0}


def test_unknown_language_models_are_said():
    with pytest.raises(InputError, match="The language model 'gpt' is not known"):
        language_model("gpt", embed=lambda texts, role: None)
    with pytest.raises(InputError, match="The language model is a int"):
        language_model(3, embed=lambda texts, role: None)
