"""Every bad ending of a stream of Ollama, as the answer that a person keeps: its text, its cause, and asking again."""

from __future__ import annotations

import threading

import pytest

from workbench.generation import stream_answer
from workbench.generation.ollama import OllamaChat
from workbench.records import Answer, Chunk, Passage, Retrieval

TEXTS = ("Llamas are members of the camelid family. They spit.", "Vicuñas live high in the Andes.")
FOUND = Retrieval(
    "What is a llama?",
    tuple(Passage(n, 1 / n, Chunk(f"d{n}:0", f"d{n}", 0, 0, len(text), text)) for n, text in enumerate(TEXTS, 1)),
)
WHOLE = "Llamas are members of the camelid family [1]. Vicuñas live high in the Andes [2]."
PART = "Llamas are members"


def answered(chat: OllamaChat) -> Answer:
    return list(stream_answer(FOUND, chat, threading.Event()))[-1]


ENDINGS = [
    ("the server is killed", {"kind": "die", "after": 3}, PART, "broke off"),
    ("the stream ends without done", {"kind": "no-done", "after": 3}, PART, "before the model said that it was done"),
    ("the model's process is killed", {"kind": "error-line", "after": 3}, PART, "stopped: an error was encountered"),
    ("an error line comes first", {"kind": "error-line", "after": 0}, "", "stopped: an error was encountered"),
    ("the queue is full", {"kind": "busy"}, "", "is busy"),
    ("the runner is dead", {"kind": "status", "text": "model runner has unexpectedly stopped"}, "", "unexpectedly"),
    ("a proxy answers", {"kind": "html"}, "", "a page of text/html"),
    ("the reply is no JSON", {"kind": "not-json"}, "", "is not JSON"),
    ("nobody signed in", {"kind": "unauthorised"}, "", "401"),
    ("too many were asked", {"kind": "too-many"}, "", "429"),
    ("the route is missing", {"kind": "no-route"}, "", "not as Ollama does"),
    ("nothing comes at all", {"kind": "hang"}, "", "sent nothing for 0.5 s"),
]


@pytest.mark.parametrize(("what", "fault", "text", "cause"), ENDINGS, ids=[ending[0] for ending in ENDINGS])
def test_what_had_come_is_kept_with_its_cause_and_can_be_asked_again(ollama_double, what, fault, text, cause):
    chat = OllamaChat("tiny-random", timeout=0.5)
    assert chat.context_tokens == 2048
    ollama_double.fail("/api/chat", **fault)
    broken = answered(chat)
    assert (broken.text, broken.complete, broken.streaming) == (text, False, False)
    assert cause in broken.problem
    assert "\n" not in broken.problem
    ollama_double.heal()
    again = answered(chat)
    assert (again.text, again.complete, again.problem, again.unread) == (WHOLE, True, "", "")
    assert again.prompt.messages == broken.prompt.messages
    chat.close()


def test_silence_between_two_tokens_keeps_the_first(ollama_double):
    chat = OllamaChat("tiny-random", timeout=0.5)
    assert chat.context_tokens == 2048
    ollama_double.script("Llamas", " are", delay=20)
    broken = answered(chat)
    assert not broken.complete
    assert "Llamas are".startswith(broken.text)
    assert "sent nothing for 0.5 s" in broken.problem
    chat.close()


def test_a_length_stop_is_whole_and_says_so(ollama_double):
    chat = OllamaChat("tiny-random", num_ctx=2048)
    ollama_double.script(*["word "] * 600)
    answer = answered(chat)
    assert (answer.complete, answer.reason, answer.answer_tokens) == (True, "length", 512)
    chat.close()


def test_an_empty_answer_is_whole(ollama_double):
    chat = OllamaChat("tiny-random")
    ollama_double.script("")
    answer = answered(chat)
    assert (answer.text, answer.complete, answer.sentences) == ("", True, ())
    chat.close()
