"""Small models are converted without importing torch each time."""

from __future__ import annotations

import pytest

from tests.models.warm import run_apart
from workbench.models.openvino import conversion


@pytest.fixture
def warm(monkeypatch):
    """Convert in a process that has imported torch already."""
    monkeypatch.setattr(conversion, "run_apart", run_apart)
