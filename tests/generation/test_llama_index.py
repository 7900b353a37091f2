"""LlamaIndex's language models: asked as they are, and never thought whole when they were not."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata, MockLLM

from tests.ollama.texts import request_of
from workbench.errors import ServerError
from workbench.generation import language_model
from workbench.generation.llama_index import LlamaIndexChat


class Scripted(CustomLLM):
    """Says its deltas; an exception is raised; `raw` comes with each."""

    script: list[Any]
    raw: Any = None

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=777, num_output=9, model_name="scripted")

    def complete(self, prompt, formatted=False, **_):
        raise AssertionError("must be streamed")

    def stream_complete(self, prompt, formatted=False, **_):
        def replies():
            text = ""
            for step in self.script:
                if isinstance(step, Exception):
                    raise step
                text += step or ""
                yield CompletionResponse(text=text, delta=step, raw=self.raw)

        return replies()


def ask(llm):
    return list(LlamaIndexChat(llm).stream(request_of(), threading.Event()))


def test_any_llm_is_taken_and_named():
    chat = language_model(Scripted(script=["a"]), embed=lambda texts, role: None)
    assert isinstance(chat, LlamaIndexChat)
    assert (chat.id, chat.context_tokens) == ("llama_index:Scripted:scripted", 777)
    assert LlamaIndexChat(MockLLM()).id == "llama_index:MockLLM"


def test_deltas_become_pieces():
    pieces = ask(Scripted(script=["Lla", None, "mas."]))
    assert [(piece.text, piece.done) for piece in pieces] == [("Lla", False), ("mas.", False), ("", True)]


def test_a_model_that_gives_only_whole_texts_is_heard():
    class Whole(Scripted):
        def stream_complete(self, prompt, formatted=False, **_):
            return iter([CompletionResponse(text="All at once.")])

    (piece,) = ask(Whole(script=[]))
    assert (piece.text, piece.done) == ("All at once.", True)


def test_the_prompt_is_what_was_asked():
    said = "".join(piece.text for piece in ask(MockLLM()))  # it repeats its prompt
    assert said.startswith("You answer questions.\n\nAnswer from the context.")
    assert said.endswith("Question: What is a llama?")
    chat = "".join(piece.text for piece in ask(MockLLM(is_chat_model=True)))
    assert "Vicuñas live high in the Andes." in chat


def test_what_it_raises_is_one_sentence_and_keeps_what_came():
    came = []
    with pytest.raises(ServerError, match=r"llama_index:Scripted:scripted failed \(OSError: gone away\)"):
        came.extend(
            piece.text
            for piece in LlamaIndexChat(Scripted(script=["Lla", OSError("gone\naway")])).stream(
                request_of(), threading.Event()
            )
        )
    assert came == ["Lla"]


def test_a_stream_of_ollama_that_was_not_done_is_not_whole():
    with pytest.raises(ServerError, match="broke off before it said that it was done"):
        ask(Scripted(script=["Lla"], raw={"done": False}))
    last = ask(
        Scripted(
            script=["Lla"],
            raw={
                "done": True,
                "done_reason": "length",
                "prompt_eval_count": 7,
                "eval_count": 2,
                "eval_duration": 10**9,
            },
        )
    )[-1]
    assert (last.reason, last.prompt_tokens, last.answer_tokens, last.seconds) == ("length", 7, 2, 1.0)


def test_what_can_be_no_count_of_ollama_is_none():
    raw = {"done": True, "prompt_eval_count": "7", "eval_count": -2, "eval_duration": 10**400}
    last = ask(Scripted(script=["Lla"], raw=raw))[-1]
    assert (last.prompt_tokens, last.answer_tokens, last.seconds) == (None, None, None)
