"""What the fault tests of this folder share: a campaign of kills, and a folder for passing files."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.campaign import Campaign
from workbench.paths import models_folder


@pytest.fixture(scope="session")
def campaign(tmp_path_factory):
    root = tmp_path_factory.mktemp("campaign")
    models_folder().mkdir(parents=True, exist_ok=True)
    (root / "cache").mkdir()
    (root / "cache" / "models").symlink_to(models_folder(), target_is_directory=True)  # conversions cost seconds
    made = Campaign(
        root,
        WORKBENCH_CACHE=str(root / "cache"),
        WORKBENCH_STORES=str(root / "stores"),
        OLLAMA_HOST="http://127.0.0.1:9",
    )
    yield made
    made.close()


@pytest.fixture
def passing_files(tmp_path, monkeypatch) -> Path:
    """Give a folder of this test for files that are gone afterwards."""
    folder = tmp_path / "passing"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


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
