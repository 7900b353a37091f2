from __future__ import annotations

from pathlib import Path

import pytest

from tests.doubles import WordModel
from workbench import Workbench

TEXTS = {
    "herds/llama.md": "# Llama\n\nThe llama carries loads in the Andes. It hums when it is worried.",
    "herds/alpaca.md": "# Alpaca\n\nThe alpaca gives fine wool. Its fleece has many colours.",
    "deserts/camel.txt": "The camel crosses the desert. It stores fat in its hump.",
}


@pytest.fixture(autouse=True)
def no_chroma(request, monkeypatch):
    """Fill no Chroma index, which takes seconds to import, but where a test is about it."""
    if "chroma" not in request.fixturenames:
        monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))


@pytest.fixture
def chroma():
    """Ask for the real Chroma index."""


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three short documents in two folders, with one question."""
    root = tmp_path / "corpus"
    for name, text in TEXTS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "questions.jsonl").write_text(
        '{"id": "q1", "question": "What does the alpaca give?", "documents": ["herds/alpaca.md"]}\n', encoding="utf-8"
    )
    return root


@pytest.fixture
def model() -> WordModel:
    return WordModel(dimensions=4096)


@pytest.fixture
def wb(folder, model, tmp_path):
    made = Workbench(folder, store=tmp_path / "store", model=model, llm="extractive")
    yield made
    made.close()
