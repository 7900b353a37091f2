"""What some tests need and not every machine has: a browser, and a retrieval set that people have judged.

A test asks for it here, and is skipped with a sentence that says how to get it. Where
`WORKBENCH_REQUIRE_ALL` is set, as in continuous integration, `tests/conftest.py` turns such a skip into a failure.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tools import chromium

ROOT = Path(__file__).resolve().parent.parent
NAMES = re.compile(r"chromium|playwright|scifact|WORKBENCH_EVAL|\bshared\b", re.IGNORECASE)

HOW_SCIFACT = (
    "SciFact was not found, which tests of retrieval quality need: set WORKBENCH_EVAL to a folder that holds "
    "scifact/corpus.jsonl, scifact/queries.jsonl and scifact/qrels/test.tsv, which the BEIR project publishes "
    "as scifact.zip (3 MB)."
)

needs_chromium = pytest.mark.skipif(chromium.find() is None, reason=chromium.HOW)
"""Marks a test that drives a real Chromium."""


def require(present: object, how: str) -> None:
    """Go on where `present` is true, else skip this test; `how` names what is missing and says how to get it."""
    if not present:
        pytest.skip(how)


def chromium_path() -> str:
    """Give the path of a Chromium, or skip this test."""
    path = chromium.find()
    require(path, chromium.HOW)
    return str(path)


def scifact_folder() -> Path:
    """Give the folder with SciFact's corpus, queries and qrels, or skip this test.

    It is `scifact` below `WORKBENCH_EVAL`, else below `../shared/eval` beside the checkout.
    """
    base = Path(os.environ.get("WORKBENCH_EVAL") or ROOT.parent / "shared" / "eval")
    folder = base / "scifact"
    require((folder / "qrels" / "test.tsv").is_file(), HOW_SCIFACT)
    return folder


def fail_if_required(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip for want of something that can be had into a failure, where all tests must run."""
    if not report.skipped or not os.environ.get("WORKBENCH_REQUIRE_ALL") or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if NAMES.search(reason):
        report.outcome = "failed"
        report.longrepr = f"WORKBENCH_REQUIRE_ALL is set, and this did not run: {reason}"
