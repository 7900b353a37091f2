"""Set up `.venv` with exactly what the lock names; a run that finds nothing to do ends at once."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import tomllib
from pathlib import Path

from tools.downloads import LOCK_MB
from tools.shell import CommandFailed, run, run_counted, say, succeeds
from tools.torch_build import choose

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "workbench-installed"
CONSTRAINTS = VENV / "constraints.txt"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LAB_SETTINGS = VENV / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
NO_NEWS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
"""JupyterLab would ask over the app whether it may fetch news; its settings still offer them."""
AGAIN = "Check the network and the free disk space (4 GB), then run the same command again: it goes on from here."


def main() -> int:
    """Install what is missing; return the exit status."""
    wanted = fingerprint(LOCK.read_text("utf-8"), PROJECT.read_text("utf-8"), sys.version_info[:2])
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text("utf-8") == wanted:
        return 0
    started = time.monotonic()
    try:
        make_environment()
        install_torch()
        install_lock()
        install_project()
        silence_lab()
    except CommandFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    STAMP.write_text(wanted, "utf-8")
    say(f"Installed in .venv in {time.monotonic() - started:.0f} s.")
    return 0


def fingerprint(lock: str, project: str, python: tuple[int, ...]) -> str:
    """Give 64 hex digits that change when, and only when, something else must be installed.

    Settings of ruff, mypy and pytest in `pyproject.toml` do not count.
    """
    tables = tomllib.loads(project)
    parts = [lock, tables["build-system"], tables["project"], tables["dependency-groups"], python, NO_NEWS]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def requirements(lock: str) -> list[str]:
    r"""Give the lock's requirements with their markers, without their hashes.

    >>> requirements("# x\na==1 ; os_name == 'nt' \\\n    --hash=sha256:0f\nb==2\n")
    ["a==1 ; os_name == 'nt'", 'b==2']
    """
    whole = lock.replace("\\\n", "").splitlines()
    return [line.partition("--hash=")[0].strip() for line in whole if line and not line.startswith("#")]


def pins(lock: str) -> dict[str, str]:
    """Give `name -> name==version` of a lock, without markers (the last one, where markers choose)."""
    lines = [line.partition(";")[0].strip() for line in requirements(lock)]
    return {line.partition("==")[0]: line for line in lines}


def make_environment() -> None:
    """Create `.venv`, or renew one whose interpreter no longer starts or is another version."""
    version = f"import sys; raise SystemExit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    if succeeds((str(PYTHON), "-c", version), seconds=60) and succeeds((str(PYTHON), "-m", "pip", "--version"), 60):
        return
    say(f"A virtual environment in .venv, with Python {sys.version.split()[0]} (no download)")
    run(
        (sys.executable, "-m", "venv", "--clear", str(VENV)),
        "On Debian and Ubuntu the module is a package of its own: apt-get install python3-venv",
    )


def install_torch() -> None:
    """Install PyTorch before all else, in the build that fits the machine."""
    pinned = pins(LOCK.read_text("utf-8"))
    version = pinned["torch"].partition("==")[2]
    there = f"from importlib.metadata import version as v; raise SystemExit(v('torch').split('+')[0] != {version!r})"
    if succeeds((str(PYTHON), "-c", there), seconds=60):
        return
    # A constraint with a hash would ask for one of PyTorch as well, whose builds differ.
    CONSTRAINTS.write_text("\n".join(requirements(LOCK.read_text("utf-8"))), "utf-8")
    build = choose(PYTHON, pinned["torch"], pinned["uv"], CONSTRAINTS)
    say(str(build))
    run(build.command, AGAIN)


def install_lock() -> None:
    """Install every other package of the lock, at exactly its version; pip compares each with its hash."""
    total = len(pins(LOCK.read_text("utf-8")))
    say(f"JupyterLab, Chroma, LlamaIndex, OpenVINO and the rest of requirements.lock: at most {LOCK_MB} MB")
    command = (str(PYTHON), "-m", "pip", "install", "--no-deps", "--no-color", "-r", str(LOCK))
    run_counted(command, total, AGAIN)


def install_project() -> None:
    """Link the workbench itself into the environment, then let pip check that everything fits together."""
    pip = (str(PYTHON), "-m", "pip")
    # hatchling comes with the lock: an isolated build would fetch it a second time.
    run_counted((*pip, "install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)), 1, AGAIN)
    run_counted((*pip, "check"), 0, "The lock does not fit this Python or system. Please report these lines.")


def silence_lab() -> None:
    """Write what JupyterLab of this environment does by default, where a person has not chosen otherwise."""
    LAB_SETTINGS.parent.mkdir(parents=True, exist_ok=True)
    LAB_SETTINGS.write_text(json.dumps(NO_NEWS), "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
