"""OllamaChat against the double: whole answers, and every bad ending."""

from __future__ import annotations

import threading
import time

import pytest

from tests.ollama import engine
from tests.ollama.test_server import wait_for
from tests.ollama.texts import PASSAGES, request_of
from workbench.errors import ConsentNeeded, ModelError, ModelNotFound, ServerError
from workbench.generation.ollama import OllamaChat
from workbench.protocols import LanguageModel

ANSWER = "Llamas are members of the camelid family [1]. Vicuñas live high in the Andes [2]."


@pytest.fixture
def chat(ollama_double):
    made = OllamaChat("tiny-random")
    yield made
    made.close()


def ask(chat: OllamaChat, **request: object) -> list:
    return list(chat.stream(request_of(**request), threading.Event()))


def written(pieces: list) -> str:
    return "".join(piece.text for piece in pieces)


def test_it_is_a_language_model_that_asks_nothing_before_its_time(ollama_double):
    chat = OllamaChat("tiny-random")
    assert ollama_double.requests == []
    assert isinstance(chat, LanguageModel)
    assert chat.id == "ollama:tiny-random"
    chat.close()


def test_the_answer_is_written_from_the_passages_and_ends_with_the_counts(chat):
    pieces = ask(chat)
    assert written(pieces) == ANSWER
    assert len(pieces) == 16
    last = pieces[-1]
    assert (last.done, last.reason, last.answer_tokens) == (True, "stop", 16)
    rendered = f"[system] You answer questions.\n[user] {PASSAGES}\n[assistant] "
    assert last.prompt_tokens == engine.count(rendered)
    assert last.seconds > 0
    assert not any(piece.done for piece in pieces[:-1])


def test_the_double_reads_passages_under_their_names():
    prompt = (
        "Passages:\n\n[1] fibre/vicuna.md\n# Vicuña\n\nIts wool is fine.\n[7] is no passage. More.\n\n"
        "[2] llama.txt\nLlamas carry\nloads. They spit.\n\nQuestion: Why?"
    )
    assert engine.answer_from_passages(prompt) == "Its wool is fine [1]. Llamas carry loads [2]."
    assert engine.answer_from_passages("Hi") == "The prompt holds no numbered passage."


def test_everything_that_the_server_would_choose_is_sent(ollama_double):
    chat = OllamaChat("tiny-random", keep_alive=600)
    ask(chat, answer_tokens=100, temperature=0.5, seed=3)
    chat.close()
    (sent,) = ollama_double.sent("/api/chat")
    messages = sent.pop("messages")
    assert [message["role"] for message in messages] == ["system", "user"]
    assert "Vicuñas live high" in messages[1]["content"]
    assert sent == {
        "model": "tiny-random",
        "stream": True,
        "truncate": False,
        "shift": False,
        "think": False,
        "keep_alive": 600,
        "options": {"num_ctx": 2048, "temperature": 0.5, "seed": 3, "num_predict": 100},
    }


def test_the_context_is_what_was_asked_cut_to_what_the_model_can(ollama_double):
    ollama_double.add_model("roomy", context=131_072)
    for name, options, context in (
        ("tiny-random", {}, 2048),
        ("roomy", {}, 4096),
        ("roomy", {"num_ctx": 8192}, 8192),
    ):
        chat = OllamaChat(name, **options)
        assert chat.context_tokens == context
        chat.close()


def test_an_answer_cut_short_says_length(chat):
    pieces = ask(chat, answer_tokens=3)
    assert written(pieces) == "Llamas are members"
    assert (pieces[-1].reason, pieces[-1].answer_tokens) == ("length", 3)


def test_an_empty_answer_is_whole(chat, ollama_double):
    ollama_double.script("")
    pieces = ask(chat)
    assert written(pieces) == ""
    assert pieces[-1].done


@pytest.mark.parametrize(
    "token", ["a\u0085b", "a\u2028b", "a\r\nb\n", "\x0b\x0c\x1c", "<b> & </b>", "vicuña 🦙", '"\\']
)
def test_a_token_may_hold_anything(chat, ollama_double, token):
    ollama_double.script("x", token, "y")
    assert [piece.text for piece in ask(chat)] == ["x", token, "y", ""]


def test_thoughts_are_no_part_of_the_answer(ollama_double):
    ollama_double.add_model("thinker", show_capabilities=("completion", "thinking"))
    ollama_double.script("Yes", ".", thinking=("Let", " me", " see"))
    for think in (False, True):
        chat = OllamaChat("thinker", think=think)
        assert written(ask(chat)) == "Yes."
        chat.close()
    assert [body["think"] for body in ollama_double.sent("/api/chat")] == [False, True]


def test_a_model_that_refuses_the_field_is_asked_without_it_from_then_on(ollama_double):
    chat = OllamaChat("tiny-random", think=True)
    assert written(ask(chat)) == ANSWER
    assert written(ask(chat)) == ANSWER
    chat.close()
    assert [body.get("think") for body in ollama_double.sent("/api/chat")] == [True, None, None]


def test_a_prompt_that_does_not_fit_is_refused_not_cut(chat):
    with pytest.raises(ModelError, match=r"does not fit into the 2048 tokens .* Use fewer passages or smaller chunks"):
        ask(chat, text="word " * 3000)


ENDINGS = [
    ({"kind": "die", "after": 3}, "broke off"),
    ({"kind": "no-done", "after": 3}, "broke off: the answer ended before the model said that it was done"),
    ({"kind": "error-line", "after": 3}, "stopped: an error was encountered while running the model: unexpected EOF"),
]


@pytest.mark.parametrize(("fault", "text"), ENDINGS)
def test_an_answer_that_breaks_off_is_never_whole(chat, ollama_double, fault, text):
    ollama_double.fail("/api/chat", **fault)
    came: list[str] = []
    with pytest.raises(ServerError, match=text):
        came.extend(piece.text for piece in chat.stream(request_of(), threading.Event()))
    assert came == ["Llamas", " are", " members"]
    ollama_double.heal()
    assert written(ask(chat)) == ANSWER


REFUSALS = [
    ({"kind": "busy"}, ServerError, "is busy"),
    ({"kind": "html"}, ServerError, "a page of text/html"),
    ({"kind": "no-route"}, ServerError, "not as Ollama does"),
    ({"kind": "not-json"}, ServerError, "is not JSON"),
    ({"kind": "status", "status": 500, "text": "model runner has unexpectedly stopped"}, ServerError, "Try again"),
    (
        {"kind": "status", "status": 404, "text": "model 'tiny-random' not found"},
        ModelNotFound,
        "ollama pull tiny-random",
    ),
]


@pytest.mark.parametrize(("fault", "kind", "text"), REFUSALS)
def test_a_refusal_is_one_sentence(chat, ollama_double, fault, kind, text):
    ollama_double.fail("/api/chat", **fault)
    with pytest.raises(kind, match=text) as caught:
        ask(chat)
    assert "\n" not in str(caught.value)


def test_a_slow_stream_is_whole(chat, ollama_double):
    ollama_double.script("slow", " answer")
    ollama_double.fail("/api/chat", "drip", seconds=0.0005)
    assert written(ask(chat)) == "slow answer"


def test_a_silent_server_is_given_up(ollama_double):
    chat = OllamaChat("tiny-random", timeout=0.3)
    assert chat.context_tokens == 2048
    ollama_double.fail("/api/chat", "hang")
    with pytest.raises(ServerError, match=r"sent nothing for 0\.3 s"):
        ask(chat)
    chat.close()


def test_missing_model_and_missing_server_say_what_to_do(ollama_double):
    for chat, kind, text in (
        (OllamaChat("nope"), ModelNotFound, "Get it with: ollama pull nope"),
        (OllamaChat("tiny-random", host="127.0.0.1:9"), ServerError, "Start it with: ollama serve"),
    ):
        with pytest.raises(kind, match=text):
            ask(chat)
        chat.close()


def stopped(chat: OllamaChat, after: float) -> tuple[list, float]:
    """Cancel after so many seconds; give what came, and how long the stream went on."""
    cancel, moments = threading.Event(), []

    def stop() -> None:
        moments.append(time.monotonic())
        cancel.set()

    timer = threading.Timer(after, stop)
    timer.start()
    pieces = list(chat.stream(request_of(), cancel))
    return pieces, time.monotonic() - moments[0]


def test_cancelling_before_the_first_token_closes_the_connection(chat, ollama_double):
    assert chat.context_tokens == 2048
    ollama_double.fail("/api/chat", "hang")
    pieces, late = stopped(chat, 0.3)
    assert pieces == []
    assert late < 0.5
    wait_for(lambda: ollama_double.hang_ups == ["/api/chat"])


def test_cancelling_in_mid_answer_closes_the_connection(chat, ollama_double):
    assert chat.context_tokens == 2048
    ollama_double.script(delay=0.1)
    pieces, late = stopped(chat, 0.5)
    assert ANSWER.startswith(written(pieces))
    assert 0 < len(pieces) < 15
    assert not any(piece.done for piece in pieces)
    assert late < 0.5
    wait_for(lambda: ollama_double.hang_ups == ["/api/chat"])


def test_leaving_the_stream_closes_the_connection(chat, ollama_double):
    ollama_double.script(delay=0.05)
    stream = chat.stream(request_of(), threading.Event())
    assert next(stream).text == "Llamas"
    stream.close()
    wait_for(lambda: ollama_double.hang_ups == ["/api/chat"])
    wait_for(lambda: not any(thread.name == "ollama-stream" for thread in threading.enumerate()))


def test_a_cancelled_request_is_not_sent(chat, ollama_double):
    cancel = threading.Event()
    cancel.set()
    assert list(chat.stream(request_of(), cancel)) == []
    assert ollama_double.sent("/api/chat") == []


def test_cloud_models_need_consent(ollama_double):
    with pytest.raises(ConsentNeeded, match=r"goes to ollama\.com"):
        OllamaChat("gpt-oss:120b-cloud")
    ollama_double.add_model("mine", remote_host="https://ollama.com:443", remote_model="gpt-oss:120b")
    chat = OllamaChat("mine")
    with pytest.raises(ConsentNeeded, match=r"goes to ollama\.com"):
        ask(chat)
    chat.close()
    assert ollama_double.sent("/api/chat") == []
