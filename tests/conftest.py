"""Every test gets stores of its own; nothing is written beside the person's."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_stores(tmp_path_factory, monkeypatch):
    """Keep default stores in a folder of this test; converted models stay shared, they cost seconds."""
    monkeypatch.setenv("WORKBENCH_STORES", str(tmp_path_factory.mktemp("stores")))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
