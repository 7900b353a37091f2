"""The estimated length of a prompt is never below the truth, on tokenizers that are at hand."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.ollama.engine import wordpiece
from workbench.generation.ollama import OllamaChat

DATA = Path(__file__).parents[2] / "data"
CHAT = OllamaChat("any")
OTHERS = [
    "水是蓝色的,羊驼生活在安第斯山脉。",
    "Ламы относятся к семейству верблюдовых и живут в Андах.",
    "La vicuña vive en los Andes y su lana es muy fina.",
    "تعيش اللاما في جبال الأنديز",
    "लामा ऊँट परिवार के सदस्य हैं",
    "🦙🦙🐪 wow",
    "3.14159265 2718281828 1,000,000",
    "def f(x):\n    return {k: v for k, v in x.items()}",
    "# Rye",
    "",
]


def prose() -> list[str]:
    """Give the sample documents, whole and by paragraph."""
    texts = []
    for path in sorted(DATA.rglob("*")):
        if path.suffix in (".md", ".txt"):
            text = path.read_text(encoding="utf-8", errors="replace")
            texts += [text, *(part for part in text.split("\n\n") if part.strip())]
    return texts


@pytest.fixture(params=["wordpiece", "cl100k_base", "o200k_base"])
def tokens(request, monkeypatch):
    """Give a function that counts tokens; LlamaIndex brings two vocabularies of OpenAI's as files."""
    if request.param == "wordpiece":
        return lambda text: len(wordpiece().encode(text, add_special_tokens=False).ids)
    tiktoken = pytest.importorskip("tiktoken")
    core = find_spec("llama_index").submodule_search_locations[0]
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(Path(core) / "core" / "_static" / "tiktoken_cache"))
    encoding = tiktoken.get_encoding(request.param)
    return lambda text: len(encoding.encode(text))


def test_it_is_never_below_the_truth(tokens):
    low = [text for text in [*prose(), *OTHERS] if CHAT.count_tokens(text) < tokens(text)]
    assert low == []


def test_it_does_not_waste_half_of_the_context(tokens):
    long = [text for text in prose() if len(text) > 500]
    assert len(long) > 20
    assert sum(map(CHAT.count_tokens, long)) < 1.8 * sum(map(tokens, long))


def test_two_known_texts():
    assert CHAT.count_tokens("") == 4
    assert CHAT.count_tokens("Llamas spit.") == 4 + 4
