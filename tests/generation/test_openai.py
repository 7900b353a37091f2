"""OpenAIChat against a double: whole answers, refusals, and every way to break off."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.generation.chat_double import ChatDouble, Fault
from tests.ollama.texts import request_of
from workbench.errors import ConsentNeeded, InputError, ModelError, ModelNotFound, ServerError
from workbench.generation.openai import OpenAIChat
from workbench.models.remote import keys

ANSWER = "Llamas are members of the camelid family [1]. Vicuñas live high in the Andes [2]."
KEY = "-".join(("sk", "test", "0123456789abcdefghij"))


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(keys, "_typed", {})


@pytest.fixture
def double():
    with ChatDouble() as server:
        yield server


@pytest.fixture
def chat(double):
    return OpenAIChat("tiny", base_url=double.url, timeout=5)


def ask(chat, cancel=None, **request):
    return list(chat.stream(request_of(**request), cancel or threading.Event()))


def written(pieces):
    return "".join(piece.text for piece in pieces)


def test_a_whole_answer_ends_with_the_services_counts(chat, double):
    pieces = ask(chat, temperature=0.5, seed=3, answer_tokens=100)
    assert written(pieces) == ANSWER
    last = pieces[-1]
    assert (last.done, last.reason, last.answer_tokens) == (True, "stop", 15)
    assert last.prompt_tokens == sum(len(m["content"].split()) for m in double.asked[0]["messages"])
    body = double.asked[0]
    assert [message["role"] for message in body.pop("messages")] == ["system", "user"]
    assert body == {
        "model": "tiny",
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "seed": 3,
        "max_tokens": 100,
    }


def test_an_answer_cut_short_says_length(chat):
    pieces = ask(chat, answer_tokens=3)
    assert (written(pieces).split(), pieces[-1].reason) == (["Llamas", "are", "members"], "length")


def test_a_server_that_counts_nothing_is_fine(chat, double):
    double.usage = False
    assert ask(chat)[-1].prompt_tokens is None


@pytest.mark.parametrize("count", [-1, 2**63, 10**400, 3.5, "12", True], ids=lambda count: f"{count}"[:20])
def test_what_can_be_no_count_is_none(chat, monkeypatch, count):
    usage = SimpleNamespace(prompt_tokens=7, completion_tokens=count)
    chunk = SimpleNamespace(usage=usage, choices=[SimpleNamespace(delta=None, finish_reason="stop")])
    monkeypatch.setattr(chat, "_chunks", lambda *_: [chunk])
    (last,) = ask(chat)
    assert (last.prompt_tokens, last.answer_tokens) == (7, None)


def test_a_token_may_hold_anything(chat, double):
    double.text = "a\u0085b \u2028 <b> \U0001f999 data: [DONE]"
    assert written(ask(chat)) == double.text


def test_fields_that_a_model_refuses_are_left_out_from_then_on(chat, double):
    double.refuse = ("temperature", "stream_options")
    assert written(ask(chat)) == ANSWER
    assert len(double.asked) == 3
    assert not {"temperature", "stream_options"} & double.asked[-1].keys()
    ask(chat)
    assert len(double.asked) == 4


def test_a_field_that_cannot_be_left_out_is_an_error(chat, double):
    double.refuse = ("messages",)
    with pytest.raises(ServerError, match=r"refused the request \(400: Unsupported parameter: 'messages'"):
        ask(chat)


BROKEN = [
    ("cut", "broke off the connection before its reply was whole"),
    ("end", "broke off before openai:tiny said that it was done. Ask again."),
    ("error", "the engine failed"),
    ("not-json", "gave a reply that cannot be read"),
]


@pytest.mark.parametrize(("how", "said"), BROKEN)
def test_an_answer_that_breaks_off_keeps_what_came_and_says_why(chat, double, how, said):
    double.fault = Fault(after=3, how=how)
    came = []
    with pytest.raises(ServerError) as caught:
        came.extend(piece.text for piece in chat.stream(request_of(), threading.Event()))
    assert came == ["Llamas ", "are ", "members "]
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    double.fault = None
    assert written(ask(chat)) == ANSWER


def test_an_end_for_another_reason_is_none(chat, double):
    double.finish = "content_filter"
    with pytest.raises(ServerError, match=r"stopped for another reason than its end \(content_filter\)"):
        ask(chat)


REFUSALS = [
    (Fault(404, "The model `tiny` does not exist", "model_not_found"), ModelNotFound, "has no model 'tiny'"),
    (Fault(429, "slow down"), ServerError, "takes no more requests for now"),
    (Fault(500, "oops"), ServerError, "failed (500: oops)"),
    (Fault(502, "<html>", kind="text/html"), ServerError, "a page of text/html"),
    (Fault(400, "too long", "context_length_exceeded"), ModelError, "Use fewer passages. What had come by then"),
]


@pytest.mark.parametrize(("fault", "kind", "said"), REFUSALS)
def test_a_refusal_is_one_sentence_about_answers(chat, double, fault, kind, said):
    double.fault = fault
    with pytest.raises(kind) as caught:
        ask(chat)
    assert said in str(caught.value)
    assert "embed" not in str(caught.value)


def test_a_silent_server_is_given_up_and_a_missing_one_said(double):
    double.fault = Fault(after=0, how="hang")
    with pytest.raises(ServerError, match=r"sent nothing for 0\.3 s"):
        ask(OpenAIChat("tiny", base_url=double.url, timeout=0.3))
    with pytest.raises(ServerError, match=r"No connection to 127\.0\.0\.1:9\. Start the server"):
        ask(OpenAIChat("tiny", base_url="http://127.0.0.1:9/v1"))


@pytest.mark.parametrize("after", [0, 3])
def test_cancelling_closes_the_connection(chat, double, after):
    double.fault = Fault(after=after, how="hang")
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    pieces = ask(chat, cancel)
    assert len(pieces) == after
    assert not any(piece.done for piece in pieces)
    assert double.hung_up.wait(5)


def test_leaving_the_stream_closes_the_connection(chat, double):
    double.fault = Fault(after=3, how="hang")
    stream = chat.stream(request_of(), threading.Event())
    assert next(stream).text == "Llamas "
    stream.close()
    assert double.hung_up.wait(5)


def test_nothing_is_sent_without_consent():
    chat = OpenAIChat("gpt-4o-mini", api_key=KEY)
    assert (chat.destination, chat.context_tokens) == ("api.openai.com", 16_384)
    asked = replace(request_of(), tokens={"question": 1200})
    with pytest.raises(ConsentNeeded) as caught:
        list(chat.stream(asked, threading.Event()))
    assert "the question and 0 passages (about 1,200 tokens)" in str(caught.value)
    assert 'wb.allow("openai:gpt-4o-mini")' in str(caught.value)
    assert OpenAIChat("m", base_url="https://elsewhere.example/v1").destination == "elsewhere.example"


def test_a_key_is_sent_where_it_is_given_and_never_said(double):
    chat = OpenAIChat("tiny", base_url=double.url, api_key=KEY)
    ask(chat)
    assert double.headers["authorization"] == f"Bearer {KEY}"
    double.fault = Fault(401, f"Incorrect key: {KEY}")
    with pytest.raises(ServerError) as caught:
        ask(chat)
    assert KEY not in str(caught.value)
    assert KEY not in repr(vars(chat))


def test_without_a_key_it_says_how_to_set_one():
    with pytest.raises(ModelError, match="Set the environment variable OPENAI_API_KEY"):
        ask(OpenAIChat("gpt-4o-mini", consent=True))


def test_tokens_are_exact_only_where_the_vocabulary_is_at_hand():
    old, new = OpenAIChat("gpt-4-turbo"), OpenAIChat("gpt-4o-mini")
    assert old.exact_tokens
    assert old.count_tokens("Hello, llamas!") == 5
    assert not new.exact_tokens
    assert new.count_tokens("Hello, llamas!") == 9


def test_options_out_of_range_are_said():
    with pytest.raises(InputError, match="context is 0"):
        OpenAIChat("tiny", context=0)
    with pytest.raises(InputError, match="base_url is not an address"):
        OpenAIChat("tiny", base_url="nowhere")
