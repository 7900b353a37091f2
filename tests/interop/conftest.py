from __future__ import annotations

import socket

import pytest

from tests.session.conftest import folder, model, no_chroma, wb

__all__ = ["folder", "loopback_only", "model", "no_chroma", "wb"]


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch):
    """Let nothing leave this machine, and have no key to leave with: a fallback to OpenAI fails here."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    connect = socket.socket.connect

    def checked(self, address):
        assert self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1"), address
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", checked)
