"""The cell, run in a process without the workbench, finds the same passages and writes the same prompt."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.caches import own_cache
from tests.export.cells import Ran, run_cells
from tests.models.remote.double import RemoteDouble
from tests.models.small_models import small_model
from tests.ollama.double import OllamaDouble
from workbench import Workbench, embedding_model
from workbench.records import Answer, Retrieval

HOSTILE = """'''\\");raise SystemExit(7)#{n}{0}%s\n\\N{DASH}\u202e'"""
TEXTS = {
    "herds/llama.md": "# Llama\n\nThe llama carries loads in the Andes. It hums when it is worried.",
    "herds/alpaca.md": "# Alpaca\n\nThe alpaca gives fine wool. Its fleece has many colours {n} {text}.",
    "deserts/camel.txt": "The camel crosses the desert. It stores fat in its hump. " + "Sand is hot. " * 120,
    "deserts/o'dd {document}\".txt": f"An odd name, and an odd text: {HOSTILE} The camel spits.",
}
QUESTION = "What does the camel store, and where?"

SEARCHES = {
    "plain": {},
    "two": {"top_k": 2},
    "dot": {"metric": "dot"},
    "euclidean": {"metric": "euclidean"},
    "mmr": {"mmr": 0.3, "top_k": 4},
    "most-diverse": {"mmr": 0.0, "top_k": 3},
    "threshold": {"threshold": 0.2},
    "where": {"where": {"folder": ["deserts"], "format": "text"}},
    "where-document": {"where": {"document": "herds/llama.md"}},
    "within": {"within": ["herds/llama.md:0", "deserts/camel.txt:1"], "top_k": 1},
    "within-many": {"within": [f"deserts/camel.txt:{at}" for at in range(3)] * 9},
}
SEARCHES |= {
    "all": {"group": False},
    "lexical": {"mode": "lexical"},
    "lexical-where": {"mode": "lexical", "where": {"folder": "deserts"}},
    "hybrid": {"mode": "hybrid"},
    "hybrid-weighted": {"mode": "hybrid", "weights": (0.3, 1.0), "where": {"format": "text"}},
    "hybrid-diverse": {"mode": "hybrid", "mmr": 0.5, "top_k": 4},
    "dot-diverse": {"metric": "dot", "mmr": 0.4, "top_k": 3},
    "approximate": {"engine": "hnsw"},
    "reranked": {"rerank": lambda question, texts: [float(len(text)) for text in texts]},
}
MODELS = ("ollama", "huggingface", "openai")


@dataclass(frozen=True)
class Did:
    """What the workbench did, and what its cell did."""

    retrieval: Retrieval
    answer: Answer | None
    code: str
    ran: Ran


@pytest.fixture(scope="module")
def did(tmp_path_factory) -> dict[str, Did]:
    """Do everything once, and run all cells in one fresh process: importing what they import takes most of it."""
    folder = tmp_path_factory.mktemp("export")
    for name, text in TEXTS.items():
        (folder / "corpus" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, OllamaDouble() as double, RemoteDouble() as remote:
        patch.setenv("WORKBENCH_CACHE", str(own_cache(folder / "cache")))
        patch.setenv("OLLAMA_HOST", double.url)
        double.add_model("nomic-embed-text", "embedding")
        made = dict(_done(folder, remote.url))
        ran = run_cells({name: code for name, (_, _, code) in made.items()}, folder, OLLAMA_HOST=double.url)
    return {name: Did(*made[name], ran[name]) for name in made}


def _done(folder: Path, remote: str) -> Iterator[tuple[str, tuple[Retrieval, Answer | None, str]]]:
    with Workbench(folder / "corpus", store=folder / "store", llm="ollama:tiny-random") as wb:
        wb.chunk_size, wb.chunk_overlap = 60, 10
        for name, options in SEARCHES.items():
            yield name, (wb.search(QUESTION, **options), None, wb.show_code())
        for name, question, more in (
            ("ask", QUESTION, {}),
            ("extractive", QUESTION, {"llm": "extractive"}),
            ("one", QUESTION, {"top_k": 1}),
            ("hostile", HOSTILE, {}),
        ):
            answer = wb.ask(question, **more)
            yield name, (answer.retrieval, answer, wb.show_code())
        for name in MODELS:
            wb.model = _model(name, folder, remote)
            answer = wb.ask(QUESTION)
            yield name, (answer.retrieval, answer, wb.show_code())
            wb.embedding_model().close()  # an object is its maker's to close


def _model(name: str, folder: Path, remote: str) -> object:
    if name == "ollama":
        return "ollama:nomic-embed-text"
    if name == "openai":
        return embedding_model("openai:words", base_url=f"{remote}/v1", dimensions=256)
    made = small_model(folder / "small")
    return embedding_model(f"huggingface:{made}", query_prefix="query: ", document_prefix="document: ")


pytestmark = pytest.mark.slow  # half a minute: the models and libraries of a dozen cells

NAMES = [*SEARCHES, "ask", "extractive", "one", "hostile", *MODELS]


@pytest.mark.parametrize("name", NAMES)
def test_the_cell_finds_the_same_passages_in_the_same_order(did, name):
    done = did[name]
    assert done.ran.problem == ""
    assert done.ran.ids == [passage.chunk.id for passage in done.retrieval]
    assert len(done.ran.ids) > 0
    assert done.ran.scores == pytest.approx([passage.score for passage in done.retrieval], abs=2e-4)


@pytest.mark.parametrize("name", ["ask", "extractive", "one", "hostile", *MODELS])
def test_the_cell_writes_the_same_prompt(did, name):
    done = did[name]
    sent = [{"role": message.role, "content": message.content} for message in done.answer.prompt.messages]
    assert done.ran.messages == sent


def test_the_cell_gets_the_answer_of_the_language_model(did):
    for name in ("ask", "hostile", "ollama"):
        assert did[name].ran.answer == did[name].answer.text != ""
    assert "answer =" not in did["extractive"].code
    assert "is the workbench's own" in did["extractive"].code


@pytest.mark.parametrize("name", NAMES)
def test_the_cell_is_short_and_names_nothing_of_ours(did, name):
    code = did[name].code
    modules = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert {module.partition(".")[0] for module in modules} <= {
        "Stemmer", "bm25s", "chromadb", "llama_index", "numpy", "ollama", "openai", "sentence_transformers",
    }  # fmt: skip
    assert len(code.splitlines()) <= 75
    assert max(map(len, code.splitlines())) <= 240


def test_llama_index_searches_where_it_finds_the_same(did):
    assert "store = SimpleVectorStore()" in did["two"].code
    assert "store = SimpleVectorStore()" not in did["plain"].code  # copies were left out, which it cannot
    assert "store = SimpleVectorStore()" not in did["dot"].code


def test_comments_say_where_a_library_s_own_path_parts_from_this_one(did):
    assert "splitters of LlamaIndex count the tokens of another vocabulary" in _comments(did["ask"].code)
    assert "ChromaVectorStore of LlamaIndex would make scores of them by exp(-distance)" in _comments(did["two"].code)
    assert "its l2 is squared" in _comments(did["euclidean"].code)
    assert "ignores the weights" in _comments(did["hybrid"].code)
    assert "By default bm25s stems nothing" in _comments(did["lexical"].code)
    assert "These say the same as a passage above" in _comments(did["plain"].code)
    assert "Chroma's approximate index" in _comments(did["approximate"].code)
    assert "num_ctx is said" in _comments(did["ask"].code)
    assert "libraries put none, or another" in _comments(did["huggingface"].code)
    assert "With truncate=False a text too long is an error" in _comments(did["ollama"].code)
    assert "a search inside 27 selected chunks; that is left out here" in _comments(did["within-many"].code)


def _comments(code: str) -> str:
    return " ".join(line.removeprefix("# ") for line in code.splitlines() if line.startswith("# "))
