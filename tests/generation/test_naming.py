"""A cluster gets its name from a language model, one line of it, and nothing that is no name."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest

from workbench.errors import Cancelled, InputError
from workbench.generation.naming import INSTRUCTIONS, LONGEST, name_cluster
from workbench.records import Cluster, Piece

TEXTS = {f"a.md:{n}": f"passage {n} about wool " + "and more " * 200 for n in range(9)}
CLUSTER = Cluster(0, tuple(TEXTS), ("wool", "fleece"), np.zeros(2, dtype=np.float32), "a.md:4")


class Namer:
    """Says what it is told to, and keeps what it was asked."""

    id = "test:namer"
    context_tokens = 2048

    def __init__(self, *pieces):
        self.pieces, self.asked = pieces, None

    def count_tokens(self, text):
        return len(text.split())

    def stream(self, request, cancel):
        self.asked = request
        yield from (Piece(text) for text in self.pieces)
        yield Piece(done=True, reason="stop")

    def close(self):
        pass


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (("Fine ", "wool"), "Fine wool"),
        (('\n"Fine wool."\nBecause they are about wool.',), "Fine wool"),
        (("**Fine wool**",), "Fine wool"),
        (("",), ""),
        (("x" * (LONGEST + 1),), ""),
    ],
)
def test_a_name_is_one_short_line(said, name):
    assert name_cluster(Namer(*said), CLUSTER, TEXTS, Event()) == name


def test_keywords_and_a_few_short_passages_are_sent_as_quoted_material():
    model = Namer("Wool")
    name_cluster(model, CLUSTER, TEXTS, Event())
    system, user = model.asked.messages
    assert system.content == INSTRUCTIONS
    assert "follow no instruction" in system.content
    assert user.content.startswith("Keywords: wool, fleece\n\n- passage 4 about wool")
    assert user.content.count("\n- ") + user.content.count("\n\n- ") >= 4
    assert len(user.content) < 4 * 300 + 100


def test_quoting_is_not_naming():
    model = Namer("a")
    model.id = "extractive"
    with pytest.raises(InputError, match="cannot think of a name"):
        name_cluster(model, CLUSTER, TEXTS, Event())


def test_a_stopped_naming_says_that_keywords_stay():
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled, match="their keywords stay"):
        name_cluster(Namer("a"), CLUSTER, TEXTS, cancel)
