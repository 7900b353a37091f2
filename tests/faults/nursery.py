"""A warm process that forks the lives which the kill campaign ends: none of them has to import anything.

Run as a program it is the nursery itself. It reads one life a line (JSON) and writes lines (JSON): `pid` when a life
has begun, whatever the life says, `ended` when it is over. One life at a time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

__all__ = ["Nursery"]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds without a word after which a life counts as hung."""
# A fork must come from one thread alone, and the library under numpy starts others.
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

_NEEDED = ("chromadb", "scipy.linalg", "scipy.spatial", "workbench.models.check", "workbench.projection.picture")


class Nursery:
    """The nursery, as a test sees it.

    Parameters
    ----------
    environment
        Variables for the nursery and its lives.
    """

    def __init__(self, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **_ALONE, **environment},
        )
        self._lines: SimpleQueue[dict] = SimpleQueue()
        Thread(target=self._listen, daemon=True).start()
        assert self._hear(PATIENCE) == {"ready": True}

    def begin(self, work: str = "live", **given: object) -> int:
        """Fork a life; gives its process id, which is also that of its group."""
        self._process.stdin.write(json.dumps({"work": work, **given}) + "\n")
        self._process.stdin.flush()
        while "pid" not in (said := self._hear(PATIENCE)):
            pass  # what a life left unheard whose test has failed
        return said["pid"]

    def until_ended(self, deadline: float | None = None) -> Iterator[dict]:
        """Give what the life says, until it has ended or, where one is given, until the deadline (monotonic)."""
        while True:
            left = PATIENCE if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                said = self._hear(left)
            except Empty:
                assert deadline is not None, "A life has hung."
                return
            yield said
            if "ended" in said:
                return

    def close(self) -> None:
        """End the nursery."""
        self._process.kill()
        self._process.communicate()

    def _hear(self, seconds: float) -> dict:
        return self._lines.get(timeout=seconds) if seconds > 0 else self._lines.get_nowait()

    def _listen(self) -> None:
        for line in self._process.stdout:
            self._lines.put(json.loads(line))


def say(**said: object) -> None:
    """Write one line, whole: a kill never leaves half of it."""
    os.write(1, json.dumps(said).encode() + b"\n")


def gone(group: int, seconds: float = PATIENCE) -> None:
    """Wait until no process of a group is left; those that outlive their notebook do so for a second or two."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    os.killpg(group, signal.SIGKILL)
    raise AssertionError(f"Processes of group {group} outlived their notebook by {seconds} s.")


def main() -> None:
    for name in _NEEDED:
        import_module(name)
    from tests.faults.chroma_reader import read_index
    from tests.faults.lives import live

    works = {"live": live, "read": read_index}
    say(ready=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            say(pid=os.getpid())  # by the life itself: the first of its lines, and its group is there
            given = json.loads(line)
            _run(works[given.pop("work")], given)
        _, status = os.waitpid(pid, 0)
        say(ended=os.waitstatus_to_exitcode(status))


def _run(work: Callable[..., None], given: dict) -> None:
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(0, 2)  # what goes wrong is told as a line; helpers of a killed life complain to nobody
        work(**given)
        status = 0
    except BaseException:  # noqa: BLE001 - told, and the life ends
        say(failed=traceback.format_exc())
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
