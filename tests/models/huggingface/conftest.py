"""Small models of several kinds, each made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.models.small_models import small_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    """A BERT of two layers that gives unit vectors."""
    return small_model(tmp_path_factory.mktemp("small"), prompts={"query": "query : ", "document": ""})


@pytest.fixture
def copy(small, tmp_path) -> Path:
    """The same, to be damaged."""
    return Path(shutil.copytree(small, tmp_path / "copy"))


@pytest.fixture
def cached(small, tmp_path, monkeypatch) -> Path:
    """A hub cache that holds the small model as `org/small`, for `main` and `refs/pr/16`."""
    root = tmp_path / "hub"
    folder = root / "models--org--small"
    shutil.copytree(small, folder / "snapshots" / COMMIT)
    for reference in ("main", "pr/16"):
        target = folder / "refs" / (reference if reference == "main" else f"refs/{reference}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(COMMIT)
    monkeypatch.setenv("HF_HUB_CACHE", str(root))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for variable in ("SENTENCE_TRANSFORMERS_HOME", "HF_HOME"):
        monkeypatch.delenv(variable, raising=False)
    return root
