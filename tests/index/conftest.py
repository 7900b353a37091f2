"""A store that is closed when its test ends."""

from __future__ import annotations

import pytest

from workbench.index.store import open_store


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "store")
    yield opened
    opened.close()
