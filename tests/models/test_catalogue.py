from dataclasses import replace

import pytest

from workbench.frames import models_frame
from workbench.models.catalogue import CATALOGUE, known
from workbench.models.prompts import PREFIXES, prefixes
from workbench.records import ModelInfo, ServerModel, ServerStatus
from workbench.session import choices
from workbench.session.choices import embedding_choices

SEARCH = "Represent this sentence for searching relevant passages: "

NAMED = {  # parameters in millions, dimensions, most tokens
    "bundled:all-MiniLM-L6-v2": (22.7, 384, 256),
    "ollama:mxbai-embed-large": (334, 1024, 512),
    "ollama:nomic-embed-text": (137, 768, 2048),
    "ollama:all-minilm": (23, 384, 256),
    "huggingface:BAAI/bge-small-en-v1.5": (33.4, 384, 512),
    "huggingface:BAAI/bge-base-en": (109, 768, 512),
    "huggingface:sentence-transformers/all-MiniLM-L6-v2": (22.7, 384, 256),
    "huggingface:sentence-transformers/all-mpnet-base-v2": (109, 768, 384),
    "huggingface:hkunlp/instructor-large": (335, 768, 512),
    "openai:text-embedding-ada-002": (None, 1536, 8191),
    "openai:text-embedding-3-small": (None, 1536, 8191),
    "openai:text-embedding-3-large": (None, 3072, 8191),
}


def served(*models):
    return ServerStatus("http://127.0.0.1:11434", reachable=True, version="0.24.0", models=models)


@pytest.fixture
def cache(monkeypatch):
    """Say which models the cache of Hugging Face holds."""

    def hold(*models):
        monkeypatch.setattr(choices, "_cached", lambda _: models)

    hold()
    return hold


def test_every_model_that_people_name_is_there_with_its_numbers():
    assert {info.id: (info.parameters, info.dimensions, info.max_tokens) for info in CATALOGUE} == NAMED


def test_each_row_agrees_with_its_own_id_and_links_to_its_page():
    for info in CATALOGUE:
        provider, _, name = info.id.partition(":")
        assert info.provider == provider
        assert info.link.startswith("https://")
        assert info.link.endswith(name)
        assert (info.query_prefix, info.document_prefix) == prefixes(name)
        assert bool(info.size_mb) != bool(info.destination)


def test_the_paid_models_say_what_they_cost_and_where_text_goes():
    paid = {info.id: (info.destination, info.price) for info in CATALOGUE if info.destination}
    assert paid == {
        "openai:text-embedding-ada-002": ("api.openai.com", 0.10),
        "openai:text-embedding-3-small": ("api.openai.com", 0.02),
        "openai:text-embedding-3-large": ("api.openai.com", 0.13),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mxbai-embed-large:335m", (SEARCH, "")),
        ("mixedbread-ai/mxbai-embed-large-v1", (SEARCH, "")),
        ("BAAI/bge-base-en", (SEARCH, "")),
        ("nomic-ai/nomic-embed-text-v1.5", ("search_query: ", "search_document: ")),
        ("intfloat/e5-small-v2", ("query: ", "passage: ")),
        ("intfloat/multilingual-e5-base", ("query: ", "passage: ")),
        ("snowflake-arctic-embed:22m", (SEARCH, "")),
        ("snowflake-arctic-embed2", ("query: ", "")),
        ("hkunlp/instructor-large", (
            "Represent the question for retrieving supporting documents: ", "Represent the document for retrieval: "
        )),
        ("sentence-transformers/all-mpnet-base-v2", ("", "")),
        ("BAAI/bge-m3", ("", "")),
        ("text-embedding-3-small", ("", "")),
    ],
)  # fmt: skip
def test_prefixes_are_those_of_the_model_cards(name, expected):
    assert prefixes(name) == expected


def test_no_family_hides_behind_a_shorter_one():
    for place, (family, *_) in enumerate(PREFIXES):
        assert not any(family.startswith(earlier) for earlier, *_ in PREFIXES[:place])


def test_an_ollama_tag_does_not_hide_a_model_and_other_names_are_taken_whole():
    assert known("ollama:nomic-embed-text:v1.5") is known("ollama:nomic-embed-text")
    assert known("huggingface:BAAI/bge-base-en").size_mb == 438
    assert known("huggingface:BAAI/bge") is None


def test_without_a_server_and_a_cache_only_the_bundled_model_is_ready(cache):
    rows = embedding_choices(None)
    assert [info.id for info in rows] == list(NAMED)
    assert [info.id for info in rows if info.ready] == ["bundled:all-MiniLM-L6-v2"]


def test_what_a_server_lists_and_a_cache_holds_comes_first(cache):
    bge = known("huggingface:BAAI/bge-base-en")
    other = ModelInfo("huggingface:intfloat/e5-small-v2", "huggingface", ready=True, size_mb=134)
    cache(ModelInfo(bge.id, "huggingface", ready=True, digest="abc"), other)
    server = served(
        ServerModel("all-minilm:latest", "embedding", size=45_960_996, digest="1b226e2802db"),
        ServerModel("bge-m3:latest", "embedding", size=1_157_672_605),
        ServerModel("llama3.2:latest", "language"),
    )
    rows = embedding_choices(server)
    ready = [info for info in rows if info.ready]
    assert [info.id for info in ready] == [
        "bundled:all-MiniLM-L6-v2",
        "ollama:all-minilm",
        "huggingface:BAAI/bge-base-en",
        "ollama:bge-m3",
        "huggingface:intfloat/e5-small-v2",
    ]
    assert (ready[1].size_mb, ready[1].digest) == (45.960996, "1b226e2802db")
    assert ready[2] == replace(bge, ready=True, digest="abc")
    assert len({info.id for info in rows}) == len(rows) == len(NAMED) + 2


def test_models_on_somebody_elses_machine_are_last_and_never_ready(cache):
    rows = embedding_choices(served(ServerModel("embed:cloud", "embedding", cloud=True)))
    assert [(info.id, info.ready, info.destination) for info in rows[-4:]] == [
        ("openai:text-embedding-ada-002", False, "api.openai.com"),
        ("openai:text-embedding-3-small", False, "api.openai.com"),
        ("openai:text-embedding-3-large", False, "api.openai.com"),
        ("ollama:embed:cloud", False, "ollama.com"),
    ]


def test_the_frame_has_a_column_for_each_fact():
    frame = models_frame(CATALOGUE)
    columns = ["id", "provider", "ready", "dimensions", "max_tokens", "parameters", "size_mb"]
    assert frame.columns.tolist() == [*columns, "query_prefix", "document_prefix", "link", "note"]
    row = frame.set_index("id").loc["ollama:nomic-embed-text"]
    assert (row.parameters, row.size_mb, row.query_prefix) == (137, 274, "search_query: ")
    assert row.link == "https://ollama.com/library/nomic-embed-text"
