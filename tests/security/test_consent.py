"""Each way to send texts to a model on somebody else's machine asks first, and nothing is sent until it is allowed."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.doubles import WordModel
from tests.generation.chat_double import ChatDouble
from tests.models.remote.double import RemoteDouble
from tests.ollama.double import OllamaDouble
from tests.security.servers import Proxy
from workbench import Workbench, embedding_model
from workbench.errors import ConsentNeeded

TEXTS = [
    "The llama carries loads in the Andes. It hums when it is worried.",
    "The alpaca gives fine wool. Its fleece has many colours.",
    "The camel crosses the desert. It stores fat in its hump.",
]
QUESTION = "Who gives wool?"
CLOUD = "ollama:writer:cloud"
COPIED = "ollama:looks-local"
OPENAI = "openai:gpt-words"
SENDING = ("/api/chat", "/api/generate", "/api/embed", "/api/embeddings", "/v1/chat/completions", "/v1/embeddings")


@pytest.fixture(autouse=True)
def no_chroma(monkeypatch):
    """Fill no Chroma index, which takes seconds to import."""
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))


@pytest.fixture
def outside(monkeypatch):
    """Give what a cloud would hear: an Ollama server that hands on, and a service at models.example."""
    with (
        OllamaDouble(version="0.32.15") as ollama,
        ChatDouble() as chat,
        Proxy(chat.url.removesuffix("/v1")) as service,
    ):
        ollama.cloud = True
        ollama.add_model("writer:cloud")
        ollama.add_model("looks-local", remote_host="https://ollama.com:443", remote_model="writer")
        ollama.add_model("reader:cloud", "embedding")
        ollama.add_model("looks-local-reader", "embedding", remote_host="https://ollama.com:443", remote_model="r")
        monkeypatch.setenv("OLLAMA_HOST", ollama.url)
        monkeypatch.setenv("HTTP_PROXY", service.url)
        monkeypatch.setenv("OPENAI_BASE_URL", "http://models.example/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "none")

        def heard():
            asked = [one.path for one in ollama.requests if one.path in SENDING]
            return asked + [one.target for one in service.heard]

        yield heard


@pytest.fixture
def wb(tmp_path):
    made = Workbench(TEXTS, store=tmp_path / "store", model=WordModel(4096), llm="extractive")
    made.chunk_overlap, made.chunk_size = 0, 8
    yield made
    made.close()


def refusal(verb, wb, model) -> str:
    """Give what is asked before anything is sent; empty where nothing is asked."""
    try:
        verb(wb, model)
    except ConsentNeeded as needed:
        return str(needed)
    return ""


ASKING = {
    "ask": lambda wb, llm: wb.ask(QUESTION, llm=llm),
    "ask, streamed": lambda wb, llm: list(wb.ask(QUESTION, llm=llm, stream=True)),
    "ask the chosen model": lambda wb, llm: (wb.choose(llm=llm), wb.ask(QUESTION)),
    "expand the question": lambda wb, llm: (wb.choose(llm=llm), wb.search(QUESTION, expand="hyde")),
    "judge": lambda wb, llm: wb.judge(llm),
    "attribute": lambda wb, llm: wb.attribute(llm),
    "compare contexts": lambda wb, llm: wb.compare_contexts(QUESTION, llm=llm),
    "name clusters": lambda wb, llm: wb.name_clusters(llm),
    "query engine": lambda wb, llm: wb.as_query_engine(llm).query(QUESTION),
}


@pytest.mark.parametrize("llm", [CLOUD, COPIED, OPENAI])
@pytest.mark.filterwarnings("ignore::workbench.errors.UnencryptedWarning")
def test_no_question_goes_to_a_language_model_elsewhere_before_it_is_allowed(wb, outside, llm):
    wb.ask(QUESTION, llm="extractive")
    for name, verb in ASKING.items():
        answer = wb.ask(QUESTION, llm="extractive")
        assert answer.text
        said = refusal(verb, wb, llm)
        assert f'wb.allow("{llm}")' in said, name
        assert ("ollama.com" in said) == (llm != OPENAI), name
        assert outside() == [], name
        wb.choose(llm="extractive")


@pytest.mark.parametrize("llm", [CLOUD, OPENAI])
@pytest.mark.filterwarnings("ignore::workbench.errors.UnencryptedWarning")
def test_what_is_allowed_goes_there_and_another_model_still_asks(wb, outside, llm):
    wb.allow(llm)
    assert wb.ask(QUESTION, llm=llm).complete
    assert len(outside()) == 1
    with pytest.raises(ConsentNeeded):
        wb.ask(QUESTION, llm=COPIED)
    assert len(outside()) == 1


EMBEDDING = {
    "embed": lambda wb, model: wb.embed(model=model),
    "search": lambda wb, model: (wb.choose(model=model), wb.search(QUESTION)),
    "ask": lambda wb, model: (wb.choose(model=model), wb.ask(QUESTION)),
    "map": lambda wb, model: (wb.choose(model=model), wb.map()),
    "check": lambda wb, model: wb.check_model(model),
    "check the chosen model": lambda wb, model: (wb.choose(model=model), wb.check_model()),
    "explain": lambda wb, model: (wb.choose(model=model), wb.explain(TEXTS[0])),
    "why not": lambda wb, model: (wb.choose(model=model), wb.why_not(QUESTION, "0:0")),
    "compare maps": lambda wb, model: wb.compare_maps(model),
    "retriever": lambda wb, model: (wb.choose(model=model), wb.as_retriever().retrieve(QUESTION)),
}
READERS = ("ollama:reader:cloud", "ollama:looks-local-reader", "openai:words", "azure:words")


@pytest.mark.parametrize("model", READERS)
@pytest.mark.filterwarnings("ignore::workbench.errors.UnencryptedWarning")
def test_no_text_is_embedded_elsewhere_before_it_is_allowed(wb, outside, model, monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "http://models.example")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "none")
    here = wb.model
    wb.embed()
    for name, verb in EMBEDDING.items():
        said = refusal(verb, wb, model)
        # What a model would read can be shown without sending it.
        assert f'wb.allow("{model}")' in said or (not said and name == "explain"), name
        assert outside() == [], name
        wb.choose(model=here)


@pytest.mark.filterwarnings("ignore::workbench.errors.UnencryptedWarning")
def test_a_model_object_asks_as_its_id_does(outside, tmp_path):
    for spec in ("openai:words", "ollama:looks-local-reader"):
        with closing(embedding_model(spec)) as model:
            wb = Workbench(TEXTS, store=tmp_path / "objects", model=model, llm="extractive")
            with pytest.raises(ConsentNeeded):
                wb.embed()
            wb.close()
    assert outside() == []


@pytest.mark.filterwarnings("ignore::workbench.errors.UnencryptedWarning")
def test_the_best_model_is_never_one_in_the_cloud(wb, outside):
    wb.choose(llm="")
    answer = wb.ask(QUESTION)
    assert "cloud" not in answer.model
    assert answer.model not in (CLOUD, COPIED)


def test_a_server_on_this_machine_is_not_asked_about(tmp_path):
    with RemoteDouble() as double:
        model = embedding_model("openai:words", base_url=f"{double.url}/v1")
        wb = Workbench(TEXTS, store=tmp_path, model=model, llm="extractive")
        assert wb.embed().new == 3
        wb.close()
        model.close()
