"""Python itself: version, encodings, SQLite, the clock."""

from __future__ import annotations

import locale
import platform
import sqlite3
import sys
import time
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

import workbench
from workbench.doctor.checking import Check, Said, note, ok, problem
from workbench.doctor.declared import declared

__all__ = ["CHECKS"]

_SQLITE = (3, 35, 0)
"""What Chroma needs; ours would do with 3.24."""
_WRITTEN = 1_788_220_800.0
"""1 September 2026, before this version was written: certificates of servers are no older."""


def _python() -> Iterator[Said]:
    found = f"Python {platform.python_version()} on {platform.platform()}"
    wanted = declared().python
    if platform.python_version() in SpecifierSet(wanted, prereleases=True):
        yield ok(f"{found}; the workbench is {workbench.__version__}.")
    else:
        yield problem(
            f"{found}; the workbench {workbench.__version__} is for {wanted}.",
            "Set it up with another Python: `make PYTHON=python3.11 install`.",
        )


def _encoding() -> Iterator[Said]:
    files, texts = sys.getfilesystemencoding(), locale.getencoding()
    if files.lower() not in {"utf-8", "utf8"}:
        yield problem(
            f"Names of files are read as {files}: such as are not ASCII cannot be opened.",
            "Start Python in its UTF-8 mode: `export PYTHONUTF8=1`.",
        )
    elif texts.lower() not in {"utf-8", "utf8"} and not sys.flags.utf8_mode:
        yield note(
            f"The locale's encoding is {texts}; the workbench says everywhere that it means UTF-8, other libraries "
            "may not.",
            "Start Python in its UTF-8 mode: `export PYTHONUTF8=1`.",
        )
    else:
        yield ok("Names of files and texts are UTF-8.")


def _sqlite() -> Iterator[Said]:
    if sqlite3.sqlite_version_info < _SQLITE:
        yield problem(
            f"SQLite is {sqlite3.sqlite_version}; Chroma needs {'.'.join(map(str, _SQLITE))}.",
            "Take a newer Python, which brings its own: `make PYTHON=python3.13 install`.",
        )
    else:
        yield ok(f"SQLite {sqlite3.sqlite_version}.")


def _clock() -> Iterator[Said]:
    now = time.time()
    said = time.strftime("%Y-%m-%d %H:%M", time.gmtime(now))
    if now < _WRITTEN:
        yield problem(
            f"The clock says {said} UTC, which is before this version was written: certificates of servers look not "
            "yet valid.",
            "Set it: `timedatectl set-ntp true`.",
        )
    else:
        yield ok(f"The clock says {said} UTC.")


CHECKS = (
    Check("python", _python),
    Check("encoding", _encoding),
    Check("sqlite", _sqlite),
    Check("clock", _clock),
)
