"""Run one command: show it, count its packages, or keep its words for when it fails."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence


class CommandFailed(Exception):
    """A command ended with an error; the message holds its last lines and what to do next."""


def say(text: str) -> None:
    """Write one line at once, also where the output is a file."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(command: Sequence[str], advice: str) -> None:
    """Run `command` in the open, so that its progress bar is seen.

    Raises
    ------
    CommandFailed
        When it ends with an error; the message ends with `advice`.
    """
    if subprocess.run(command, check=False).returncode:
        raise CommandFailed(f"This ended with an error: {' '.join(command)}\n{advice}")


def run_counted(command: Sequence[str], total: int, advice: str) -> None:
    """Run a pip command quietly, and count the packages it collects up to `total`.

    Raises
    ------
    CommandFailed
        When it ends with an error; the message holds its last 20 lines and `advice`.
    """
    lines, seen = [], 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            if line.startswith("Collecting "):
                seen += 1
                _show_count(seen, total)
            elif line.startswith("Installing collected packages"):
                _show_count(seen, total, "; now unpacking\n")
    if process.returncode:
        tail = "\n".join(lines[-20:])
        raise CommandFailed(f"{tail}\nThis ended with an error: {' '.join(command)}\n{advice}")


def succeeds(command: Sequence[str], seconds: float, env: dict[str, str] | None = None) -> bool:
    """Tell whether `command` ends well within `seconds`; its words are not shown."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=seconds, env=env)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def words_of(command: Sequence[str], seconds: float) -> str:
    """Give what `command` writes to its standard output; nothing when it fails or takes longer."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _show_count(seen: int, total: int, ending: str = "") -> None:
    """Rewrite one line of a terminal; a log file gets only the last count."""
    if total > 1 and (sys.stdout.isatty() or ending):
        start = "\r" if sys.stdout.isatty() else ""
        sys.stdout.write(f"{start}  fetched {seen} of at most {total} packages{ending}")
        sys.stdout.flush()
