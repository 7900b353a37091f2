"""The kill campaign, shared by the files that are about kills."""

from __future__ import annotations

import pytest

from tests.faults.campaign import Campaign


@pytest.fixture(scope="session")
def campaign(tmp_path_factory):
    root = tmp_path_factory.mktemp("campaign")
    made = Campaign(
        root,
        WORKBENCH_CACHE=str(root / "cache"),
        WORKBENCH_STORES=str(root / "stores"),
        OLLAMA_HOST="http://127.0.0.1:9",
    )
    yield made
    made.close()
