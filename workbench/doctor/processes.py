"""Parts of the doctor that run in a process of their own: what they look at may end it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["Ended", "environment", "run_apart"]

_HOME = Path(__file__).parents[2]


class Ended(Exception):
    """The process gave no result; the text says why."""


def environment() -> dict[str, str]:
    """Give that of a process which finds the workbench wherever it lies, and writes UTF-8."""
    paths = os.pathsep.join([str(_HOME), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}


def run_apart(module: str, *given: object, seconds: float) -> str:
    """Run a module of ours and give what it printed.

    Raises
    ------
    Ended
        It was killed, failed, or took longer than `seconds`.
    """
    # -P: a file in the notebook's folder that is called like a library must not be taken for it.
    command = [sys.executable, "-P", "-W", "ignore", "-m", module, *map(str, given)]
    try:
        done = subprocess.run(  # noqa: S603 - ours, and no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
            env=environment(),
        )
    except subprocess.TimeoutExpired:
        raise Ended(f"it took more than {seconds:.0f} s") from None
    if done.returncode < 0:
        raise Ended(f"its process ended with signal {-done.returncode}")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"])[-1]
        raise Ended(last[:300])
    return done.stdout
