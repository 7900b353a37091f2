"""Who sends texts over a network unencrypted hears so, once, in Python and in the app."""

from __future__ import annotations

import warnings
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.chat_double import ChatDouble
from tests.models.remote.double import RemoteDouble
from tests.ollama.double import OllamaDouble
from tests.security.servers import Proxy
from workbench import Workbench, embedding_model
from workbench.errors import InputError, UnencryptedWarning
from workbench.generation import language_model
from workbench.generation.openai import OpenAIChat
from workbench.models.azure import AzureModel
from workbench.models.ollama.hosts import crosses_network, is_loopback, resolve_host
from workbench.models.openai import OpenAIModel
from workbench.models.remote.in_clear import sentence
from workbench.widgets.status_panel import view

FAR = "http://models.example:11434"
SAID = "cross the network to models.example:11434 unencrypted"
TEXTS = ["The llama carries loads in the Andes.", "The alpaca gives fine wool."]
LOOPBACK = (
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.8.9.10", "[::1]", "0.0.0.0", "[::]",
    "[::ffff:127.0.0.1]",
)  # fmt: skip
ELSEWHERE = (
    "192.168.1.5", "10.0.0.1", "localhost.example.org", "notlocalhost", "127.0.0.1.example.org", "[fe80::1]",
    "ollama.local", "128.0.0.1", "[::ffff:10.0.0.1]", "169.254.169.254",
)  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK)
def test_every_spelling_of_this_machine_is_this_machine(host):
    assert is_loopback(f"http://{host}:11434")
    assert sentence(f"http://{host}:11434", "Texts") == ""


@pytest.mark.parametrize("host", ELSEWHERE)
def test_what_looks_like_it_is_not(host):
    assert not is_loopback(f"http://{host}:11434")
    assert f"cross the network to {host}:11434 unencrypted" in sentence(f"http://{host}:11434", "Texts")
    assert sentence(f"https://{host}", "Texts") == ""


@given(st.ip_addresses(v=4))
def test_only_127_and_0_0_0_0_are_this_machine(address):
    assert is_loopback(f"http://{address}") == (str(address).startswith("127.") or str(address) == "0.0.0.0")


def test_the_sentence_names_what_crosses_and_whereto_and_no_password():
    said = sentence("http://ana:hunter2@models.example:8000/v1", "Chunks and questions")
    assert said == (
        "Chunks and questions cross the network to models.example:8000 unencrypted: who is on the way can read and "
        "change them. Use its https address, or a tunnel to this machine (ssh -L)."
    )


def test_a_password_in_an_address_that_cannot_be_read_is_not_repeated():
    with pytest.raises(InputError) as caught:
        resolve_host("http://ana:hunter2@host:port")
    assert "hunter2" not in str(caught.value)
    assert crosses_network(resolve_host("http://ana:hunter2@models.example"))
    assert "hunter2" not in resolve_host("http://ana:hunter2@models.example")


@pytest.fixture
def far(monkeypatch):
    """Give what makes a server of this machine look as if it were models.example, by way of a proxy."""

    def put(url):
        proxy = Proxy(url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        return proxy

    return put


def test_texts_for_an_ollama_server_elsewhere_are_warned_of_once_before_they_go(far):
    with OllamaDouble() as double, far(double.url) as proxy:
        model = embedding_model("ollama:all-minilm", host=FAR)
        assert proxy.heard == []
        with pytest.warns(UnencryptedWarning, match=f"Chunks and questions {SAID}") as caught:
            model.embed(TEXTS, "document")
        assert len(caught) == 1
        model.embed(TEXTS, "query")  # a second warning would be an error
        assert proxy.hosts == {"models.example:11434"}
        assert b"carries loads" in proxy.texts
        model.close()


def test_prompts_are_warned_of_as_well(far):
    with OllamaDouble() as double, far(double.url):
        model = language_model("ollama:tiny-random", embed=None, host=FAR)
        with pytest.warns(UnencryptedWarning, match=f"Questions and passages {SAID}"):
            assert model.context_tokens > 0
        model.close()


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: OpenAIModel("words", base_url=f"{FAR}/v1", consent=True), "Chunks and questions"),
        (lambda: AzureModel("words", endpoint=FAR, api_key="k", consent=True), "Chunks and questions"),
        (lambda: OpenAIChat("words", base_url=f"{FAR}/v1", consent=True)._access, "Questions and passages"),
    ],
)
def test_servers_with_openais_interface_are_warned_of(make, what):
    made = make()
    with pytest.warns(UnencryptedWarning, match=f"{what} {SAID}"):
        client = made.open(5.0, what) if hasattr(made, "open") else made._open()
    client.close()


def test_the_app_says_it_beside_what_else_is_to_be_known(far, tmp_path, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", FAR)
    with OllamaDouble() as double, far(double.url):
        wb = Workbench(TEXTS, store=tmp_path, model="ollama:all-minilm", llm="extractive")
        with pytest.warns(UnencryptedWarning):
            wb.embed()
        wb.search("Who gives wool?")
        assert [note for note in wb.notes if f"Chunks and questions {SAID}" in note] == list(wb.notes)
        assert view(wb)["notes"] == list(wb.notes)
        assert len(wb.notes) == 1
        wb.close()


def test_a_chroma_server_elsewhere_is_warned_of_when_it_is_named(tmp_path, monkeypatch):
    with pytest.warns(UnencryptedWarning, match=r"Chunks and their vectors cross the network to chroma\.example:8000"):
        wb = Workbench(TEXTS, store="http://chroma.example:8000")
    assert "chroma.example:8000" in wb.notes[0]
    wb.close()


def test_https_and_this_machine_are_not_warned_of(tmp_path):
    with OllamaDouble() as double, RemoteDouble() as remote, ChatDouble() as chat, warnings.catch_warnings():
        warnings.simplefilter("error")
        for host in ("localhost", "127.0.0.1", "0.0.0.0"):
            model = embedding_model("ollama:all-minilm", host=double.url.replace("127.0.0.1", host))
            model.embed(TEXTS, "document")
            model.close()
        with closing(OpenAIModel("words", base_url=f"{remote.url}/v1")) as model:
            model.embed(TEXTS, "document")
        OpenAIChat("words", base_url=chat.url)._access.open(5.0, "Questions").close()
        OpenAIModel("words", base_url="https://models.example/v1", api_key="k", consent=True)._open().close()
        for store in ("https://chroma.example", "http://localhost:8000", tmp_path / "store"):
            wb = Workbench(TEXTS, store=store)
            assert wb.notes == ()
            wb.close()


@pytest.mark.parametrize("store", ["http://ana:hunter2@h:8000", "https://h/?token=hunter2", "http://h:8000/#hunter2"])
def test_a_chroma_address_with_a_password_is_refused_without_repeating_it(store):
    for call in (lambda: Workbench(TEXTS, store=store), lambda: Workbench.from_chroma(store, "c", "bundled:x")):
        with pytest.raises(InputError) as caught:
            call()
        assert "hunter2" not in str(caught.value)
        assert "http://host:port" in str(caught.value)
