"""What the fault tests of this folder share."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def passing_files(tmp_path, monkeypatch) -> Path:
    """A folder of this test for files that are gone afterwards."""
    folder = tmp_path / "passing"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder
