"""The double, for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.ollama import engine
from tests.ollama.fixtures import ollama_double
from workbench.models.ollama import status

__all__ = ["ollama_double"]


@pytest.fixture(autouse=True, scope="session")
def ready() -> None:
    """Use the bundled model once: the first time on a machine takes longer than a client of these tests waits."""
    engine.real_or_words(["ready"])


@pytest.fixture(autouse=True)
def nothing_known_of_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what an earlier test's server said of a digest."""
    monkeypatch.setattr(status, "_kinds", {})
