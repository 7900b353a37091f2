from __future__ import annotations

from threading import Event

import numpy as np
import pytest

from tests.doubles import WordModel
from workbench.errors import Cancelled, ServerError
from workbench.records import Piece
from workbench.retrieval.expand import expanded

MODEL = WordModel()


class Saying:
    """A language model that says what it was told to, and notes what it was asked."""

    id = "test:saying"
    context_tokens = 0

    def __init__(self, *said: str) -> None:
        self.said, self.asked = list(said), []

    def count_tokens(self, text):
        return len(text.split())

    def stream(self, request, cancel):
        self.asked.append(request)
        said = self.said.pop(0)
        if said == "broken":
            raise ServerError("The server broke off.")
        for word in said.splitlines(keepends=True):
            yield Piece(word)
        yield Piece(done=True, reason="stop")

    def close(self):
        pass


def run(model, *kinds, cancel=None):
    return expanded("What do llamas eat?", kinds, model, MODEL.embed, cancel or Event())


def test_questions_come_without_numbers_quotes_and_repeats():
    model = Saying(
        '1. Which plants do llamas graze?\n- "Food of llamas"\n\nwhat do llamas eat?\n* Hay for llamas\n4) Too many'
    )
    found, notes = run(model, "queries")
    assert [one.text for one in found] == ["Which plants do llamas graze?", "Food of llamas", "Hay for llamas"]
    assert {one.kind for one in found} == {"question"}
    np.testing.assert_array_equal(found[1].vector, MODEL.embed(["Food of llamas"], "query")[0])
    assert notes == ()
    assert model.asked[0].messages[1].content == "Question: What do llamas eat?"
    assert model.asked[0].temperature == 0


def test_a_made_up_passage_is_embedded_as_a_document():
    roles = []

    def embed(texts, role):
        roles.append(role)
        return MODEL.embed(texts, role)

    found, _ = expanded("What?", ("queries", "hyde"), Saying("One", "Llamas graze\non grass."), embed, Event())
    assert [(one.kind, one.text) for one in found] == [("question", "One"), ("hyde", "Llamas graze on grass.")]
    assert roles == ["query", "document"]


def test_a_model_that_fails_leaves_the_plain_search_and_says_so():
    found, notes = run(Saying("broken", "A passage."), "queries", "hyde")
    assert [one.kind for one in found] == ["hyde"]
    assert notes == (
        "test:saying could not expand the question (queries); it was searched as it is. The server broke off.",
    )
    assert run(Saying(" \n "), "queries")[1][0].startswith("test:saying wrote nothing to search with")


def test_stopping():
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled, match="while it was being expanded"):
        run(Saying("x"), "hyde", cancel=cancel)
