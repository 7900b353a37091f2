"""A store that is open, and the kill campaign, shared by the files that are about kills."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.caches import own_cache
from tests.doubles import WordModel
from tests.faults.campaign import Campaign
from tests.index.helpers import chunks, embed
from workbench.index.store import open_store


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def store(folder):
    opened = open_store(folder)
    embed(opened, WordModel(), chunks(10))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def campaign(tmp_path_factory):
    root = tmp_path_factory.mktemp("campaign")
    made = Campaign(
        root,
        WORKBENCH_CACHE=str(own_cache(root / "cache")),
        WORKBENCH_STORES=str(root / "stores"),
        OLLAMA_HOST="http://127.0.0.1:9",
    )
    yield made
    made.close()


def pytest_terminal_summary(terminalreporter):
    """Say what was survived."""
    told = [
        pair
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for pair in report.user_properties
    ]
    kills = Counter(value for name, value in told if name == "kill")
    if kills:
        terminalreporter.write_sep("-", "kills")
        for stage, count in kills.most_common():
            terminalreporter.write_line(f"{count:4} {stage}")
        torn, twice = ([value for name, value in told if name == wanted] for wanted in ("torn", "twice"))
        terminalreporter.write_line(f"{sum(torn):4} Chroma indexes set aside and made anew")
        terminalreporter.write_line(f"{max(twice, default=0):4} texts embedded twice at most, {sum(twice)} in all")
