"""A test that cannot run says how to get what it needs, and fails where all tests must run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import needs
from tests.project.files import ROOT

CASES = """
import pytest
from tests.conftest import pytest_make_collect_report, pytest_runtest_makereport
from tests import needs

def test_browser():
    needs.require(None, "No Chromium was found: get one")

def test_windows():
    pytest.skip("only Windows has drive letters")

@pytest.mark.xfail(reason="Chromium draws no WebGL here", strict=True)
def test_known():
    assert False
"""


def counts(tmp_path, required: str) -> str:
    """Run the cases in a pytest of their own and give its last line."""
    (tmp_path / "test_cases.py").write_text(CASES)
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import pytest_make_collect_report, pytest_runtest_makereport\n"
    )
    command = (
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-q",
        str(tmp_path),
        "--rootdir",
        str(tmp_path),
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "WORKBENCH_REQUIRE_ALL": required}
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, env=env, timeout=120)
    return done.stdout.splitlines()[-1]


def test_on_a_users_machine_it_is_skipped(tmp_path):
    assert counts(tmp_path, "").startswith("2 skipped, 1 xfailed")


def test_where_all_must_run_it_fails_and_other_skips_stay(tmp_path):
    assert counts(tmp_path, "1").startswith("1 failed, 1 skipped, 1 xfailed")


def test_scifact_is_taken_from_the_folder_that_the_person_names(tmp_path, monkeypatch):
    (tmp_path / "scifact" / "qrels").mkdir(parents=True)
    (tmp_path / "scifact" / "qrels" / "test.tsv").touch()
    monkeypatch.setenv("WORKBENCH_EVAL", str(tmp_path))
    assert needs.scifact_folder() == tmp_path / "scifact"


def test_without_scifact_the_reason_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_EVAL", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match=r"set WORKBENCH_EVAL to a folder that holds scifact/corpus\.jsonl"):
        needs.scifact_folder()
