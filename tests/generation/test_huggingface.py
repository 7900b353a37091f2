"""HuggingFaceChat with a small random Llama, offline."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.generation.small_llama import NO_SYSTEM, TEMPLATE, small_llama
from tests.ollama.texts import request_of
from workbench.errors import InputError, ModelError
from workbench.generation.huggingface import HuggingFaceChat
from workbench.generation.huggingface_files import cached_chat_models


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_llama(tmp_path_factory.mktemp("llama") / "small")


@pytest.fixture(scope="module")
def chat(folder):
    made = HuggingFaceChat(str(folder))
    yield made
    made.close()


def ask(chat, **request):
    return list(chat.stream(replace(request_of(answer_tokens=12), **request), threading.Event()))


def test_the_prompt_is_counted_exactly_in_its_template(chat):
    request = request_of(text="Who?")
    assert chat.exact_tokens
    assert chat.count_tokens("Who?") == 4
    # A token a letter, and three marks: <|system|>...<|end|><|user|>...<|end|><|assistant|>
    assert chat.count_messages(request.messages) == len("You answer questions.") + len("Who?") + 5
    assert ask(chat, messages=request.messages)[-1].prompt_tokens == 30


def test_the_context_is_the_models_or_what_was_asked(folder, chat):
    assert chat.context_tokens == 1024
    assert HuggingFaceChat(str(folder), context=200).context_tokens == 200


def test_an_answer_ends_with_its_counts(chat):
    pieces = ask(chat)
    last = pieces[-1]
    assert (last.done, last.reason, last.answer_tokens) == (True, "length", 12)
    assert last.seconds > 0


def test_a_seed_repeats_a_sampled_answer_and_another_does_not(chat):
    def text(seed):
        return "".join(piece.text for piece in ask(chat, temperature=1.5, seed=seed))

    assert text(1) == text(1)
    assert text(1) != text(2)


def test_a_template_without_a_system_turn_gets_one_turn(tmp_path):
    chat = HuggingFaceChat(str(small_llama(tmp_path / "gemma", NO_SYSTEM)))
    assert chat.count_messages(request_of(text="Who?").messages) == len("You answer questions.\n\nWho?") + 3


def test_a_model_without_a_template_is_given_plain_text(tmp_path):
    chat = HuggingFaceChat(str(small_llama(tmp_path / "base", None)))
    assert chat.count_messages(request_of(text="Who?").messages) == len("You answer questions.\n\nWho?\n\nAnswer:")


def test_marks_in_a_question_are_only_text_of_the_turn(chat):
    assert ask(chat, messages=request_of(text="<pad> <|nothing|>").messages)[-1].done


def test_a_prompt_that_does_not_fit_is_refused(folder):
    chat = HuggingFaceChat(str(folder), context=100)
    with pytest.raises(ModelError, match=r"does not fit into the 100 of huggingface:.* Use fewer passages"):
        ask(chat)


def test_cancelling_stops_the_model_itself(chat):
    cancel = threading.Event()
    stream = chat.stream(request_of(answer_tokens=700), cancel)
    assert not next(stream).done
    cancel.set()
    assert not any(piece.done for piece in stream)
    # The next one begins when the first has let the model go.
    assert ask(chat)[-1].done


def test_stopping_does_not_wait_until_the_model_is_loaded(folder, monkeypatch):
    chat, begun, go_on = HuggingFaceChat(str(folder)), threading.Event(), threading.Event()
    load = chat._loaded

    def slow():
        begun.set()
        go_on.wait(30)
        return load()

    monkeypatch.setattr(chat, "_loaded", slow)
    cancel = threading.Event()
    threading.Thread(target=lambda: (begun.wait(30), cancel.set()), daemon=True).start()
    assert list(chat.stream(request_of(), cancel)) == []
    assert not go_on.is_set()
    go_on.set()


def test_a_failure_of_the_model_is_one_sentence(chat, monkeypatch):
    model = chat._loaded()
    monkeypatch.setattr(model, "generate", lambda **_: (_ for _ in ()).throw(RuntimeError("out of\nmemory")))
    with pytest.raises(ModelError, match=r"failed \(RuntimeError: out of memory\). Ask again"):
        ask(chat)


def test_folders_that_are_no_language_model_are_said(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"has no config\.json"):
        ask(HuggingFaceChat(str(tmp_path / "empty")))
    small_llama(tmp_path / "pickle", safe=False)
    with pytest.raises(ModelError, match=r"its weights are in pytorch_model\.bin, a format that can run code"):
        ask(HuggingFaceChat(str(tmp_path / "pickle")))
    with pytest.raises(InputError, match="no name on the Hugging Face hub either"):
        ask(HuggingFaceChat("no/such/folder"))
    with pytest.raises(InputError, match="context is 0"):
        HuggingFaceChat("a/b", context=0)


def test_cached_models_that_can_chat_are_offered(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    commit = "0" * 40
    for name, template in (("chat", TEMPLATE), ("base", None)):
        repo = tmp_path / f"models--own--{name}"
        small_llama(repo / "snapshots" / commit, template)
        (repo / "refs").mkdir()
        (repo / "refs" / "main").write_text(commit)
    (info,) = cached_chat_models()
    assert (info.id, info.ready, info.kind) == ("huggingface:own/chat", True, "language")
    assert info.size_mb > 0
    chat = HuggingFaceChat("own/chat")
    assert ask(chat)[-1].done
