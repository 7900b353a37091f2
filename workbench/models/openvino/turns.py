"""One process at a time where two would write the same files of a model."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from filelock import BaseFileLock, FileLock, Timeout

from workbench.errors import Cancelled
from workbench.paths import make_private
from workbench.seam import passing

__all__ = ["STOPPED", "turn"]

STOPPED = "Making the model ready was stopped; choose it again to go on."
_LOOK = 0.1
_LONGEST = 600.0
"""Seconds after which a turn is taken without the lock: what was waited for hangs, and the work itself can be done."""


@contextmanager
def turn(lock: Path, cancel: Event | None = None) -> Iterator[None]:
    """Wait until no other process or thread has this lock, and hold it meanwhile.

    A folder in which nothing can be locked, such as a cache that is shared read-only, is used without a lock.

    Raises
    ------
    Cancelled
        `cancel` was set while another one had the lock.
    """
    held = FileLock(lock, mode=0o600, thread_local=False)
    with suppress(OSError, NotImplementedError):
        make_private(lock.parent)
        _take(held, cancel)
    try:
        yield
    finally:
        held.release()


def _take(held: BaseFileLock, cancel: Event | None) -> None:
    passing("file", Path(held.lock_file))
    end = time.monotonic() + _LONGEST
    while time.monotonic() < end:
        try:
            held.acquire(timeout=_LOOK)
        except Timeout:
            if cancel is not None and cancel.is_set():
                raise Cancelled(STOPPED) from None
        else:
            return
