"""Stands in for `workbench.jobs.child.Child` in a life: forked from a warm process, so it has imported already."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from typing import Any

from workbench.errors import Cancelled, ProcessEnded
from workbench.jobs.child import POLL, _leave_with

__all__ = ["ForkedChild"]


class ForkedChild:
    """One process that runs one function at a time, and lives on a moment when its parent is killed.

    Parameters
    ----------
    before
        Called in it first.
    """

    started = True

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self._pipe, theirs = Pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            self._pipe.close()
            _serve(theirs, parent, before)
        theirs.close()

    def run(
        self,
        function,
        /,
        *args: Any,
        cancel: threading.Event | None = None,
        seconds: float | None = None,
        spare: Callable[[], bool] | None = None,
    ) -> Any:
        self._pipe.send((function, args))
        while not self._pipe.poll(POLL):
            if cancel is not None and cancel.is_set() and (spare is None or spare()):
                self.close()
                raise Cancelled("stopped as asked")
        try:
            error, value = self._pipe.recv()
        except EOFError:
            raise ProcessEnded("The process ended before it was done.") from None
        if error is not None:
            raise error
        return value

    def warm(self, function, /, *args: Any) -> None:
        pass

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0


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
