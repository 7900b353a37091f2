"""Keys: where they come from, and that nothing shows them."""

from __future__ import annotations

import copy
import getpass
import json
import pickle
import threading
import traceback
from types import SimpleNamespace

import IPython
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.remote.double import KEY, Fault
from workbench.errors import InputError, ModelError, ServerError, UnencryptedWarning
from workbench.models import info_of
from workbench.models.openai import OpenAIModel
from workbench.models.remote import keys
from workbench.models.remote.secret import Secret, scrubbed

NAME = "text-embedding-3-small"


def sent(double):
    return double.asked[-1].headers["authorization"]


def embed(double, **options):
    model = OpenAIModel(NAME, base_url=f"{double.url}/v1", **options)
    try:
        return model.embed(["x"], "document")
    finally:
        model.close()


def test_a_given_key_is_sent_and_the_environments_does_not_go_to_a_local_server(double, monkeypatch):
    embed(double, api_key=KEY)
    assert sent(double) == f"Bearer {KEY}"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    embed(double)
    assert sent(double) == "Bearer none"


def test_given_then_typed_then_environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "environment")
    assert keys.key_of("openai", Secret("")).reveal() == "environment"
    monkeypatch.setattr(getpass, "getpass", lambda prompt: " typed \n")
    keys.ask()
    assert keys.key_of("openai", Secret("")).reveal() == "typed"
    assert keys.key_of("openai", Secret("given")).reveal() == "given"
    keys.forget("openai")
    assert keys.key_of("openai", Secret("")).reveal() == "environment"


def test_the_environments_key_goes_over_https_only(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def key(url):
        model = OpenAIModel(NAME, base_url=url)
        client = model._open()
        client.close()
        return client.api_key

    assert key("https://host.example/v1") == KEY
    assert key("https://api.openai.com/v1") == KEY
    with pytest.warns(UnencryptedWarning, match=r"host\.example"):
        assert key("http://host.example/v1") == "none"


def test_without_a_key_it_says_how_to_give_one():
    for provider, call in (("openai", "keys.ask()"), ("azure", "keys.ask('azure')")):
        with pytest.raises(ModelError) as caught:
            keys.key_of(provider, Secret(""))
        assert str(caught.value).endswith(call)
        assert keys.VARIABLES[provider] in str(caught.value)


def test_a_notebook_is_asked_once_and_a_worker_never(monkeypatch):
    prompts: list[str] = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(getpass, "getpass", lambda prompt: prompts.append(prompt) or KEY)
    failures: list[Exception] = []

    def work():
        try:
            keys.key_of("openai", Secret(""))
        except ModelError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert prompts == []
    assert "There is no key for openai" in str(failures[0])

    assert keys.key_of("openai", Secret("")).reveal() == KEY
    assert keys.key_of("openai", Secret("")).reveal() == KEY
    assert prompts == ["Key for openai (not shown, not stored): "]


def test_a_notebook_that_runs_by_itself_is_not_asked(monkeypatch):
    def nobody(prompt):
        raise NotImplementedError

    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(getpass, "getpass", nobody)
    with pytest.raises(ModelError, match="There is no key for openai"):
        keys.key_of("openai", Secret(""))


def test_nothing_typed_or_an_unknown_provider_is_an_error(monkeypatch):
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "  ")
    with pytest.raises(InputError, match="No key was typed for azure"):
        keys.ask("azure")
    with pytest.raises(InputError, match="No key is kept for 'bundled'"):
        keys.ask("bundled")


def test_a_refused_key_that_was_typed_is_dropped(double, monkeypatch):
    double.key = "another"
    monkeypatch.setattr(getpass, "getpass", lambda prompt: KEY)
    keys.ask()
    with pytest.raises(ServerError, match="does not accept the key"):
        embed(double)
    assert not keys.found("openai")


def test_a_server_that_repeats_the_key_does_not_get_it_into_the_error(double):
    double.key = "another"
    with pytest.raises(ServerError, match=r"Incorrect API key provided: \*\*\*") as caught:
        embed(double, api_key=KEY)
    shown = "".join(traceback.format_exception(caught.value))
    for at in range(len(KEY) - 5):
        assert KEY[at : at + 6] not in shown


def test_no_view_of_a_model_shows_its_key():
    model = OpenAIModel(NAME, api_key=KEY)
    views = [repr(model), str(model), repr(vars(model)), repr(info_of(model)), json.dumps(dict(model.fingerprint()))]
    assert KEY not in "".join(views)


def test_a_secret_shows_nothing_however_it_is_looked_at():
    secret = Secret(KEY)
    assert secret.reveal() == KEY
    assert (repr(secret), str(secret), f"{secret}", repr(Secret(""))) == (*["Secret(***)"] * 3, "Secret()")
    assert KEY.encode() not in pickle.dumps(secret)
    assert not pickle.loads(pickle.dumps(secret))
    assert copy.deepcopy({"key": secret})["key"].reveal() == KEY


@given(st.text("abcdef0123456789", min_size=20, max_size=40), st.text(max_size=40), st.data())
def test_no_part_of_a_key_is_left(key, around, data):
    start = data.draw(st.integers(0, len(key) - 6))
    end = data.draw(st.integers(start + 6, len(key)))
    clean = scrubbed(f"{around} {key[start:end]}{around}", Secret(key))
    assert key[start:end] not in clean


def test_words_of_a_message_stay():
    said = "The model `text-embedding-3-small` does not exist (Bearer abc, sk-proj-ab*****yz, eyJhbGci.eyJzdWIi.c2ln)."
    assert scrubbed(said, Secret(KEY)) == "The model `text-embedding-3-small` does not exist (Bearer *** ***, ***)."


def test_an_error_of_a_model_does_not_hold_the_request(model, double):
    double.fail(Fault(500, "boom"))
    with pytest.raises(ServerError) as caught:
        model.embed(["x"], "document")
    assert caught.value.__context__ is None
