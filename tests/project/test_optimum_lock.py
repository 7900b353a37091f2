"""The lock of Optimum's environment: exact, complete, and never mistaken for the default one."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.project.files import ROOT
from tools import install, optimum
from tools.optimum_lock import OPTIMUM_LOCK, preferred

CO_INSTALLABLE = {
    "torch": "2.13.0",
    "transformers": "4.57.6",
    "sentence-transformers": "5.7.0",
    "optimum-onnx": "0.1.0",
    "optimum-intel": "1.27.0",
}
BELOW_THE_FLOOR = {"transformers", "sentence-transformers"}


def versions(lock: Path) -> dict[str, str]:
    """Give name to version."""
    return {name: pin.partition("==")[2] for name, pin in install.pins(lock.read_text("utf-8")).items()}


def test_the_set_that_installs_together_is_locked_with_both_engines():
    locked = versions(OPTIMUM_LOCK)
    assert {name: locked[name] for name in CO_INSTALLABLE} == CO_INSTALLABLE
    assert locked.keys() >= {"openvino", "nncf", "onnxruntime", "optimum"}


def test_it_is_exact_pins_without_an_index_or_a_build():
    text = OPTIMUM_LOCK.read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    pin = re.compile(r"[a-z0-9][a-z0-9._-]*==[^\s;+]+( ; .+)?")
    assert [line for line in lines if not pin.fullmatch(line)] == []
    assert "://" not in text
    assert [line for line in lines if line.startswith(("nvidia-", "cuda-", "triton"))] == []


def test_the_engines_and_the_rest_are_of_one_version_in_both_environments():
    """What differs is held back by Optimum's ranges alone: vectors are compared across the two."""
    ours, theirs = versions(install.LOCK), versions(OPTIMUM_LOCK)
    differing = {name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name]}
    assert differing == BELOW_THE_FLOOR | {"huggingface-hub", "tokenizers"}


def test_the_app_and_the_store_are_left_out():
    assert versions(OPTIMUM_LOCK).keys() & {"jupyterlab", "chromadb", "plotly", "umap-learn", "pandas"} == set()


def test_kept_versions_are_the_default_locks_first():
    assert preferred("a==2\n", "a==1\nb==1 ; os_name == 'nt'\n") == "a==2\nb==1\n"


def test_the_fingerprint_changes_with_lock_and_python():
    made = {optimum.fingerprint(*given) for given in [("a==1", (3, 11)), ("a==2", (3, 11)), ("a==1", (3, 12))]}
    assert len(made) == 3


def test_a_second_run_starts_nothing(tmp_path, monkeypatch):
    stamp, python = tmp_path / "stamp", tmp_path / "python"
    stamp.write_text(optimum.fingerprint(OPTIMUM_LOCK.read_text("utf-8"), sys.version_info[:2]))
    python.touch()
    monkeypatch.setattr(optimum, "STAMP", stamp)
    monkeypatch.setattr(optimum, "PYTHON", python)
    monkeypatch.setattr(optimum, "make_environment", lambda: pytest.fail("it began to install"))
    assert optimum.main() == 0


def test_continuous_integration_runs_it_last():
    text = (ROOT / ".ci" / "run").read_text("utf-8")
    assert text.index("\nmake test") < text.index("\nmake optimum")


def test_clean_removes_it():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    removed = re.search(r"^clean:.*\n\trm -rf (.*)$", makefile, re.MULTILINE)
    assert ".venv-optimum" in removed[1].split()
