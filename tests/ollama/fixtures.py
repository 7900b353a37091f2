"""Pytest fixtures; `tests/conftest.py` makes them known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ollama.double import OllamaDouble


@pytest.fixture
def ollama_double(monkeypatch: pytest.MonkeyPatch) -> Iterator[OllamaDouble]:
    """A running double, with OLLAMA_HOST pointing at it."""
    with OllamaDouble() as double:
        monkeypatch.setenv("OLLAMA_HOST", double.url)
        yield double
