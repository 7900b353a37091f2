"""Code in an interpreter of its own: for what is imported first, and for what a process does only once."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.project.files import ROOT

__all__ = ["run_fresh"]

_PATIENCE = 300
"""Seconds that it may take."""


def run_fresh(code: str, *arguments: object, **environment: str) -> str:
    """Run Python code in the project's folder, with arguments in `sys.argv[1:]`, and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=_PATIENCE,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
