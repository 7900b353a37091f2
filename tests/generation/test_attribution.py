from __future__ import annotations

from threading import Event

import pytest

from tests.generation.test_answers import PASSAGES, RETRIEVAL, Scripted
from workbench.errors import ServerError
from workbench.generation import Asking, stream_answer
from workbench.generation.attribution import attribute, changes
from workbench.generation.contexts import wrong_context
from workbench.records import Chunk, Piece, Retrieval


class Reader(Scripted):
    """Says the first sentence of every passage it is given, cited."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = []

    def stream(self, request, cancel):
        self.asked.append(request)
        for passage in request.passages:
            yield Piece(f"{passage.chunk.text[:-1]} [{passage.rank}]. ")
        yield Piece(done=True, reason="stop")


def answered(model):
    return list(stream_answer(RETRIEVAL, model, Event()))[-1]


def test_each_passage_is_left_out_once_and_what_it_alone_said_is_gone():
    model = Reader()
    last = list(attribute(answered(model), model, Event(), Asking()))[-1]
    assert last.complete
    assert [(one.rank, one.chunk) for one in last.passages] == [(1, "d1:0"), (2, "d2:0"), (3, "d3:0")]
    # Words of meaning: llama camelid south america; alpaca give fine wool cloth; camel live desert heat.
    assert [one.change for one in last.passages] == [round(4 / 13, 4), round(5 / 13, 4), round(4 / 13, 4)]
    assert [one.sentences for one in last.passages] == [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)]
    assert last.to_frame()["rank"].tolist() == [1, 2, 3]


def test_all_else_stays_the_same():
    model = Reader()
    list(attribute(answered(model), model, Event(), Asking(0.3, 5)))
    first, *others = model.asked
    assert {request.fence for request in others} == {first.fence}
    assert [[passage.rank for passage in request.passages] for request in others] == [[2, 3], [1, 3], [1, 2]]
    assert {(request.temperature, request.seed) for request in others} == {(0.3, 5)}
    assert others[0].messages[1].content == first.messages[1].content.replace(
        f"<passage {first.fence} [1] d1>\n{PASSAGES[0].chunk.text}\n</passage {first.fence}>\n\n", ""
    )


def test_stopping_and_failing_keep_what_was_found():
    model, cancel, seen = Reader(), Event(), []
    for step in attribute(answered(model), model, cancel, Asking()):
        seen.append(step)
        if len(step.passages) == 1:
            cancel.set()
    assert (len(seen[-1].passages), seen[-1].complete) == (1, False)
    broken = Scripted(ServerError("gone"))
    steps = attribute(answered(Reader()), broken, Event(), Asking())
    assert next(steps).passages == ()
    with pytest.raises(ServerError, match="gone"):
        next(steps)


def test_changes_by_hand():
    assert changes("Llamas carry loads [1]. It is.", "Llamas carry salt.") == (round(1 / 3, 4), (round(1 / 3, 4), 0.0))
    assert changes("Llamas carry loads.", "") == (1.0, (1.0,))
    assert changes("", "Anything.") == (0.0, ())


CHUNKS = {f"c{n}": Chunk(f"c{n}", f"d{n}", 0, 0, 1, text) for n, text in enumerate(("a", "b", "c", " ", "e"))}


def found(ranks, scores):
    import numpy as np

    from workbench.records import Passage

    passages = tuple(Passage(rank, 1.0, CHUNKS[f"c{n}"]) for rank, n in enumerate(ranks, 1))
    return Retrieval("q", passages, scores=None if scores is None else np.array(scores), ids=tuple(CHUNKS))


def test_the_wrong_context_comes_from_the_far_end_and_has_as_many():
    wrong = wrong_context(found((0, 1), [0.9, 0.8, 0.3, 0.0, 0.1]), CHUNKS)
    assert [(p.rank, p.chunk.id, round(p.score, 1)) for p in wrong.passages] == [(1, "c4", 0.1), (2, "c2", 0.3)]
    assert wrong.query == "q"


def test_the_wrong_context_never_holds_a_right_passage():
    wrong = wrong_context(found((0, 1, 2, 4), [0.9, 0.8, 0.3, 0.0, 0.1]), CHUNKS)
    assert wrong.passages == ()
    assert [p.chunk.id for p in wrong_context(found((0,), None), CHUNKS).passages] == ["c4"]
