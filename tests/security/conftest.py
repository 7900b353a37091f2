"""A machine without keys, proxies or warnings given before."""

from __future__ import annotations

import pytest

from workbench.models.remote import in_clear, keys

SETTINGS = (
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_VERSION",
    "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_AD_TOKEN", "OLLAMA_API_KEY", "HF_TOKEN",
    "HF_ENDPOINT",
)  # fmt: skip


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """Take away what the person's own environment says, and what was warned of before."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(keys, "_typed", {})
    monkeypatch.setattr(in_clear, "_warned", set())
