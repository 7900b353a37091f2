"""Stands in for `workbench.jobs.child.Child` in a life: forked from a warm process, so it has imported already."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from workbench.errors import Cancelled, ProcessEnded
from workbench.jobs.child import POLL, _leave_with

__all__ = ["ForkedChild"]

_PROCESSES = 3
"""Forked at once: one takes the place of another that was killed, and later the parent has threads."""


class ForkedChild:
    """Runs one function at a time in a process, which lives on a moment when its parent is killed.

    Parameters
    ----------
    before
        Called in it first.
    """

    started = True

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self._ready: list[tuple[int, Connection]] = []
        for _ in range(_PROCESSES):
            self._ready.append(self._fork(before))

    def _fork(self, before: Callable[[], None]) -> tuple[int, Connection]:
        ours, theirs = Pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            for pipe in (ours, *(other for _, other in self._ready)):
                pipe.close()  # or the end of the parent would go unseen
            _serve(theirs, parent, before)
        theirs.close()
        return pid, ours

    def run(
        self,
        function,
        /,
        *args: Any,
        cancel: threading.Event | None = None,
        seconds: float | None = None,
        spare: Callable[[], bool] | None = None,
    ) -> Any:
        _, pipe = self._ready[-1]
        pipe.send((function, args))
        while not pipe.poll(POLL):
            if cancel is not None and cancel.is_set() and (spare is None or spare()):
                self.close()
                raise Cancelled("stopped as asked")
        try:
            error, value = pipe.recv()
        except EOFError:
            raise ProcessEnded("The process ended before it was done.") from None
        if error is not None:
            raise error
        return value

    def warm(self, function, /, *args: Any) -> None:
        pass

    def close(self) -> None:
        if self._ready:
            pid, pipe = self._ready.pop()
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            pipe.close()


def _serve(pipe, parent: int, before: Callable[[], None]) -> None:
    try:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
        before()
        while True:
            function, args = pipe.recv()
            try:
                answer = (None, function(*args))
            except Exception as error:  # noqa: BLE001 - raised by whoever waits
                answer = (error, None)
            pipe.send(answer)
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)
