"""What the child is asked to do in its tests; a module, as it must be importable there."""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from pathlib import Path

from workbench.errors import CorpusNotFound


def add(a: int, b: int) -> int:
    return a + b


def pid() -> int:
    return os.getpid()


def niceness() -> int:
    return os.nice(0)


def refuse(path: str) -> None:
    raise CorpusNotFound(f"There is no {path}.")


def divide() -> float:
    return 1 / 0


def sleep_and_tell(path: str, seconds: float) -> str:
    Path(path).write_text(str(os.getpid()))
    time.sleep(seconds)
    return "slept"


def time_out() -> None:
    raise TimeoutError("of the function itself")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def shout() -> str:
    sys.stdout.write("out\n")
    sys.stderr.write("err\n")
    os.write(2, b"low\n")
    warnings.warn("loud", stacklevel=1)
    return "said"


def ignores_interrupts() -> bool:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)
    return True


_kept: list[bytes] = []


def take(count: int) -> int:
    _kept.append(b"x" * count)
    return os.getpid()


def work_until(begun: str, leave: str) -> str:
    Path(begun).touch()
    while not Path(leave).exists():
        time.sleep(0.01)
    return "left"
