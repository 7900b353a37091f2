"""Set up `.venv-optimum`, in which Optimum's engines install together; a run that finds nothing to do ends at once."""

from __future__ import annotations

import hashlib
import os
import sys
import time

from tools.downloads import OPTIMUM_MB
from tools.install import AGAIN, LOCK, ROOT, pins
from tools.optimum_lock import OPTIMUM_LOCK
from tools.shell import CommandFailed, run, run_counted, say
from tools.torch_build import choose

VENV = ROOT / ".venv-optimum"
STAMP = VENV / "workbench-installed"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main() -> int:
    """Install what is missing; return the exit status."""
    wanted = fingerprint(OPTIMUM_LOCK.read_text("utf-8"), sys.version_info[:2])
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text("utf-8") == wanted:
        return 0
    started = time.monotonic()
    try:
        make_environment()
        install_torch()
        install_lock()
        install_project()
    except CommandFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    STAMP.write_text(wanted, "utf-8")
    say(f"Installed in {VENV.name} in {time.monotonic() - started:.0f} s.")
    return 0


def fingerprint(lock: str, python: tuple[int, ...]) -> str:
    """Give 64 hex digits that change when, and only when, something else must be installed."""
    return hashlib.sha256(f"{lock}{python}".encode()).hexdigest()


def make_environment() -> None:
    """Create the environment; what stood in it goes, so that no package of an older lock stays."""
    say(f"A virtual environment in {VENV.name}, with Python {sys.version.split()[0]} (no download)")
    run(
        (sys.executable, "-m", "venv", "--clear", str(VENV)),
        "On Debian and Ubuntu the module is a package of its own: apt-get install python3-venv",
    )


def install_torch() -> None:
    """Install PyTorch before all else, in the build that fits the machine."""
    uv_pin = pins(LOCK.read_text("utf-8"))["uv"]
    build = choose(PYTHON, pins(OPTIMUM_LOCK.read_text("utf-8"))["torch"], uv_pin, OPTIMUM_LOCK)
    say(str(build))
    run(build.command, AGAIN)


def install_lock() -> None:
    """Install every other package of the lock, and let pip check that they fit together."""
    total = len(pins(OPTIMUM_LOCK.read_text("utf-8")))
    say(f"Optimum, ONNX Runtime, OpenVINO and the rest of {OPTIMUM_LOCK.name}: at most {OPTIMUM_MB} MB")
    pip = (str(PYTHON), "-m", "pip")
    run_counted((*pip, "install", "--no-deps", "--no-color", "-r", str(OPTIMUM_LOCK)), total, AGAIN)
    run_counted((*pip, "check"), 0, "The lock does not fit this Python or system. Please report these lines.")


def install_project() -> None:
    """Link the workbench in without its dependencies: its models run here, the app does not."""
    pip = (str(PYTHON), "-m", "pip")
    run_counted((*pip, "install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)), 1, AGAIN)


if __name__ == "__main__":
    raise SystemExit(main())
