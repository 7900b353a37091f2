from __future__ import annotations

import pytest

from tests.doubles import WordModel
from workbench.index.store import open_store


@pytest.fixture
def model():
    return WordModel()


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "store")
    yield opened
    opened.close()
