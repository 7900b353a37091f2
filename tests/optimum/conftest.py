"""Optimum's engines are tested where they are installed: in the environment that `make optimum` sets up."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.needs import ROOT

HOW = "Optimum is not installed here: run make optimum, which tests its engines in an environment of their own."
OF_ITS_OWN = Path(sys.prefix).name == ".venv-optimum"


def installed() -> bool:
    """Tell whether these tests can run; in the environment made for them they must."""
    return OF_ITS_OWN or find_spec("optimum") is not None


@pytest.fixture(scope="session", autouse=True)
def optimum_is_here():
    """Skip everything here where Optimum is not installed."""
    if not installed():
        pytest.skip(HOW)


@pytest.fixture(scope="session")
def small(optimum_is_here, tmp_path_factory) -> Path:
    """Give the folder of a small model with checkpoints for torch, ONNX and OpenVINO, full and quantised."""
    return make("small", tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def bundled(optimum_is_here, tmp_path_factory) -> Path:
    """Give a folder with the bundled weights, exported for ONNX and OpenVINO."""
    return make("bundled", tmp_path_factory.mktemp("bundled"))


def make(which: str, folder: Path) -> Path:
    """Export in a process of its own: tracing warns, and optimum-intel leaves its folders to the interpreter's end."""
    command = (sys.executable, "-m", "tests.optimum.made", which, str(folder))
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=240)
    assert done.returncode == 0, done.stderr
    return folder / "model"
