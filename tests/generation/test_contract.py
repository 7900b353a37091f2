"""What every language model keeps, whoever provides it. A new provider adds its maker to MODELS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.doubles import WordModel
from tests.generation.chat_double import ChatDouble
from tests.generation.small_llama import small_llama
from tests.ollama.double import OllamaDouble
from workbench.generation import language_model
from workbench.generation.prompt import build_prompt
from workbench.models import prepare
from workbench.protocols import LanguageModel
from workbench.records import Chunk, Passage, PromptRequest, Retrieval

TEXTS = ("The llama carries loads in the Andes.", "An alpaca gives fine wool for cloth.")
PASSAGES = tuple(
    Passage(rank, 1 / rank, Chunk(f"d{rank}:0", f"d{rank}", 0, 0, len(text), text))
    for rank, text in enumerate(TEXTS, start=1)
)
RETRIEVAL = Retrieval("What does the alpaca give?", PASSAGES)


def embed(texts: Sequence[str], role: Any) -> Any:
    words = WordModel(dimensions=4096)
    return words.embed(prepare(words, texts, role), role)


@contextmanager
def extractive(folder: Path, monkeypatch) -> Iterator[LanguageModel]:
    yield language_model("extractive", embed=embed)


@contextmanager
def ollama(folder: Path, monkeypatch) -> Iterator[LanguageModel]:
    with OllamaDouble() as double:
        monkeypatch.setenv("OLLAMA_HOST", double.url)
        yield language_model("ollama:tiny-random", embed=embed)


@contextmanager
def openai(folder: Path, monkeypatch) -> Iterator[LanguageModel]:
    with ChatDouble() as double:
        yield language_model("openai:tiny", embed=embed, base_url=double.url)


@contextmanager
def huggingface(folder: Path, monkeypatch) -> Iterator[LanguageModel]:
    if not (folder / "llama").exists():
        small_llama(folder / "llama", context=4096)
    yield language_model(f"huggingface:{folder / 'llama'}", embed=embed)


@contextmanager
def llama_index(folder: Path, monkeypatch) -> Iterator[LanguageModel]:
    from llama_index.core.llms import MockLLM

    yield language_model(MockLLM(max_tokens=20), embed=embed)


@contextmanager
def llama_index_chat(folder: Path, monkeypatch) -> Iterator[LanguageModel]:
    from llama_index.core.llms import MockLLM

    yield language_model(MockLLM(max_tokens=20, is_chat_model=True), embed=embed)


MODELS: dict[str, Callable[..., Any]] = {
    "extractive": extractive,
    "ollama": ollama,
    "openai": openai,
    "huggingface": huggingface,
    "llama_index": llama_index,
    "llama_index chat": llama_index_chat,
}


def short(model: LanguageModel) -> PromptRequest:
    return replace(build_prompt(RETRIEVAL, model), answer_tokens=16)


@pytest.fixture(params=MODELS)
def model(request, monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "language-models"
    with MODELS[request.param](folder, monkeypatch) as made:
        yield made
        made.close()


def test_is_what_the_protocol_asks(model):
    assert isinstance(model, LanguageModel)
    assert model.id.partition(":")[0] in ("extractive", "ollama", "openai", "huggingface", "llama_index")
    assert model.context_tokens >= 0


def test_counts_more_for_more_text(model):
    assert 0 < model.count_tokens(TEXTS[0]) < model.count_tokens(" ".join(TEXTS))


def test_pieces_make_an_answer_and_only_the_last_is_done(model):
    pieces = list(model.stream(short(model), Event()))
    assert "".join(piece.text for piece in pieces).strip()
    assert [piece.done for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert pieces[-1].reason in ("stop", "length")


def test_the_same_request_has_the_same_answer(model):
    first, second = ([piece.text for piece in model.stream(short(model), Event())] for _ in range(2))
    assert "".join(first) == "".join(second)
    assert short(model).messages == short(model).messages


def test_a_cancelled_stream_is_not_done(model):
    cancel = Event()
    seen = []
    for piece in model.stream(short(model), cancel):
        seen.append(piece)
        cancel.set()
    assert not any(piece.done for piece in seen)


def test_a_stream_that_is_left_can_be_followed_by_another(model):
    left = model.stream(short(model), Event())
    assert next(left).text
    left.close()
    assert list(model.stream(short(model), Event()))[-1].done


def test_a_cancelled_request_says_nothing(model):
    cancel = Event()
    cancel.set()
    assert [piece.text for piece in model.stream(short(model), cancel)] == []


def test_closing_twice_is_closing_once_and_the_next_question_opens_again(model):
    model.close()
    model.close()
    assert list(model.stream(short(model), Event()))[-1].done
