"""A child process for work that holds the interpreter or cannot be stopped: it can be killed, and stays warm."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from workbench.errors import Cancelled, OutOfTime, ProcessEnded
from workbench.jobs.trackers import start_trackers

if TYPE_CHECKING:
    from loky import ProcessPoolExecutor

__all__ = ["Child"]

POLL = 0.05
"""Seconds between looks at the cancel event."""
_MOMENT = 0.3
"""Seconds between an interrupt's end of a child and its cancelling the job, at most."""
GRACE = 10.0
"""Seconds that a child is spared once it is to stop, where killing it could tear what it writes."""
NICENESS = 10
"""The child gives way to the notebook, as `nice` does by default."""

_running: WeakSet[Child] = WeakSet()
_exit_hook = threading.Event()


class Child:
    """One process that runs one function at a time.

    It starts at first use, on loky: a fresh interpreter that never runs the caller's `__main__` again, so it
    works in notebooks and scripts alike. It ends with `close`, when it is cancelled, or with its parent; the next
    run starts a new one. Safe to use from several threads.

    Parameters
    ----------
    name
        Of the work, for messages: `map`, `index`.
    memory
        Bytes that the process may take, where the system can limit it (not on Windows or macOS): what goes beyond
        raises MemoryError in it.
    """

    def __init__(self, name: str, memory: int | None = None) -> None:
        self.name = name
        self.memory = memory
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None

    def run(
        self,
        function: Callable[..., Any],
        /,
        *args: Any,
        cancel: threading.Event | None = None,
        seconds: float | None = None,
        spare: Callable[[], bool] | None = None,
    ) -> Any:
        """Call a function in the child and wait for its result.

        Parameters
        ----------
        function
            Of a module; it and its arguments are pickled. Hand large data over as a path.
        *args
            Its arguments.
        cancel
            Once set, the child is killed within a second, or as `spare` says.
        seconds
            From its start, after which the child is killed; None for no limit.
        spare
            Asked again and again once `cancel` is set: whether the child may be killed by now. For 10 s at most; what
            it returns or raises meanwhile counts.

        Returns
        -------
        object
            What the function returned.

        Raises
        ------
        Cancelled
            If `cancel` is set before the result is there.
        OutOfTime
            If `seconds` are over.
        ProcessEnded
            If the process died (killed, or out of memory).
        Exception
            Whatever the function raised, with the child's traceback as its cause.
        """
        cancel = cancel or threading.Event()
        while not self._turn.acquire(timeout=POLL):
            self._check(cancel)
        try:
            self._check(cancel)
            if seconds is not None and not self.started:
                # on a busy machine the start of an interpreter may take longer than the work
                self._wait(self._submit(os.getpid), cancel)
            return self._wait(self._submit(function, *args), cancel, seconds, spare)
        finally:
            self._turn.release()

    def warm(self, function: Callable[..., Any], /, *args: Any) -> None:
        """Start the child and let it call a function, without waiting; runs queue behind it.

        What it raises is not reported: the run that needs the same thing will raise it again.
        """
        self._submit(function, *args)

    def close(self) -> None:
        """Kill the child and wait until it is gone; may be called twice, and a later run starts a new one."""
        with self._guard:
            executor, self._executor = self._executor, None
        if executor is None:
            return
        feeder = getattr(getattr(executor, "_call_queue", None), "_thread", None)
        executor.shutdown(wait=True, kill_workers=True)
        if feeder is not None:
            # loky does not wait for this thread, which is the last to hold the queue's semaphores: an interpreter
            # that ends meanwhile would leave them to the resource tracker, and that complains
            feeder.join(timeout=1)

    @property
    def started(self) -> bool:
        """Whether a process has been started and not closed."""
        return self._executor is not None

    def _submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        from multiprocessing.connection import wait as ended

        from loky.process_executor import BrokenProcessPool, ShutdownExecutorError

        # one that was killed while idle is replaced; loky may not have noticed yet, and while its thread is about to,
        # `is_alive` says that a process lives which is gone
        processes = getattr(self._executor, "_processes", None) or {}
        if ended([process.sentinel for process in list(processes.values())], timeout=0):
            self.close()
        try:
            future = self._pool().submit(_call, function, args)
        except (BrokenProcessPool, ShutdownExecutorError):
            self.close()
            future = self._pool().submit(_call, function, args)
        _close_at_exit()
        return future

    def _pool(self) -> ProcessPoolExecutor:
        from loky import ProcessPoolExecutor
        from loky.backend.context import ctx_loky

        with self._guard:
            if self._executor is None:
                start_trackers()
                self._executor = ProcessPoolExecutor(
                    max_workers=1,
                    timeout=None,
                    context=ctx_loky,  # by name it would be the copy in joblib, once that is imported
                    initializer=_settle,
                    initargs=(os.getpid(), self.memory),
                )
                _running.add(self)
            return self._executor

    def _wait(
        self,
        future: Future[Any],
        cancel: threading.Event,
        seconds: float | None = None,
        spare: Callable[[], bool] | None = None,
    ) -> Any:
        from loky.process_executor import BrokenProcessPool, ShutdownExecutorError

        end, patience = None, _Patience(spare)
        try:
            while True:
                if cancel.is_set() and patience.over():
                    self._check(cancel)
                if end is None and seconds is not None and future.running():
                    end = time.monotonic() + seconds
                if end is not None and time.monotonic() > end:
                    raise OutOfTime(f"The {self.name} process took more than {seconds:,.0f} seconds and was stopped.")
                try:
                    return future.result(timeout=POLL)
                except NotYet:
                    if future.done():  # the function itself raised a TimeoutError
                        raise
        except ShutdownExecutorError as error:
            raise Cancelled(f"The {self.name} process was closed before it was done; run it again.") from error
        except BrokenProcessPool as error:
            self.close()
            # an interrupt that comes before the child is deaf to it ends the child first, and cancels a moment later
            cancel.wait(_MOMENT)
            self._check(cancel)
            raise ProcessEnded(
                f"The {self.name} process ended before it was done: it was killed, or memory ran out. "
                "Close other programs or take a smaller corpus, and run it again."
            ) from error
        except (Cancelled, OutOfTime, KeyboardInterrupt):
            self.close()
            raise

    def _check(self, cancel: threading.Event) -> None:
        if cancel.is_set():
            raise Cancelled(f"The {self.name} process was stopped as asked; run it again to start over.")


class _Patience:
    """Says when a child that is to stop may be killed."""

    def __init__(self, spare: Callable[[], bool] | None) -> None:
        self._spare = spare
        self._end: float | None = None

    def over(self) -> bool:
        self._end = self._end or time.monotonic() + GRACE
        return self._spare is None or self._spare() or time.monotonic() > self._end


def _call(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    return function(*args)


def _settle(parent: int, memory: int | None = None) -> None:
    """Make the process a good guest: low priority, silent, deaf to Ctrl-C, and gone when its parent is."""
    if memory is not None:
        _limit(memory)
    _keep_when_grown()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # an interrupt goes to the whole group of a kernel; only the parent decides what becomes of the child
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _keep_when_grown() -> None:
    """Let the process grow: loky ends one that has grown by 300 MB between two runs, and warns of it in the parent."""
    from loky import process_executor

    process_executor._MAX_MEMORY_LEAK_SIZE = sys.maxsize  # noqa: SLF001


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory if most == resource.RLIM_INFINITY else min(memory, most)
    # macOS refuses; there the limit of time has to do
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _leave_with(parent: int) -> None:
    """End this process once its parent is gone: a kernel that is killed closes nothing."""
    while os.name != "posix" or os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _close_at_exit() -> None:
    """Kill children when the interpreter ends; loky would wait for what they are doing.

    loky waits in a hook of `threading` that runs before those of `atexit`. Hooks run last registered first,
    so this one is registered after loky's, which is at its first submit.
    """
    if not _exit_hook.is_set():
        _exit_hook.set()
        threading._register_atexit(_close_all)  # type: ignore[attr-defined]  # noqa: SLF001


def _close_all() -> None:
    for child in list(_running):
        child.close()
