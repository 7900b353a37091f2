"""What every language model keeps, whoever provides it. A new provider adds its id to MODELS."""

from __future__ import annotations

from threading import Event

import pytest

from tests.doubles import WordModel
from tests.ollama.double import OllamaDouble
from workbench.generation import language_model
from workbench.generation.prompt import build_prompt
from workbench.models import prepare
from workbench.protocols import LanguageModel
from workbench.records import Chunk, Passage, Retrieval

MODELS = ("extractive", "ollama:tiny-random")

TEXTS = ("The llama carries loads in the Andes.", "An alpaca gives fine wool for cloth.")
PASSAGES = tuple(
    Passage(rank, 1 / rank, Chunk(f"d{rank}:0", f"d{rank}", 0, 0, len(text), text))
    for rank, text in enumerate(TEXTS, start=1)
)
RETRIEVAL = Retrieval("What does the alpaca give?", PASSAGES)


@pytest.fixture(params=MODELS)
def model(request, monkeypatch):
    words = WordModel(dimensions=4096)
    with OllamaDouble() as double:
        monkeypatch.setenv("OLLAMA_HOST", double.url)
        made = language_model(request.param, embed=lambda texts, role: words.embed(prepare(words, texts, role), role))
        yield made
        made.close()


def test_is_what_the_protocol_asks(model):
    assert isinstance(model, LanguageModel)
    assert model.id in MODELS
    assert model.context_tokens >= 0


def test_counts_more_for_more_text(model):
    assert 0 < model.count_tokens(TEXTS[0]) < model.count_tokens(" ".join(TEXTS))


def test_pieces_make_an_answer_and_only_the_last_is_done(model):
    pieces = list(model.stream(build_prompt(RETRIEVAL, model), Event()))
    assert "".join(piece.text for piece in pieces).strip()
    assert [piece.done for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert pieces[-1].reason in ("stop", "length")


def test_a_cancelled_stream_is_not_done(model):
    cancel = Event()
    seen = []
    for piece in model.stream(build_prompt(RETRIEVAL, model), cancel):
        seen.append(piece)
        cancel.set()
    assert not any(piece.done for piece in seen)


def test_closing_twice_is_closing_once(model):
    model.close()
    model.close()
