"""Lanes: one job at a time in each, on a thread of its own; a callback only submits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.errors import Cancelled

__all__ = ["Job", "Lane"]

_TICK = 0.1
"""Seconds between looks while a cell waits: Ctrl-C is answered within it."""


@dataclass(eq=False)
class Job:
    """Work that was submitted.

    `cancel` is polled by the work between batches and tokens. `done` is set when it has ended, whichever way.
    `overtaken` says that a newer request, not a person, cancelled it. `settled` says that what was asked for is there
    to be seen, though the job has not ended: who asks for the same now wants it anew.
    """

    key: Hashable
    work: Callable[[Job], Any]
    cancel: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None
    overtaken: bool = False
    settled: bool = False

    @property
    def can_be_joined(self) -> bool:
        """Whether its result is what a person would wait for who asks for the same now."""
        return not (self.settled or self.cancel.is_set() or self.done.is_set())

    def wait(self) -> Any:
        """Block until the work has ended; give its result or raise its error. Ctrl-C cancels the job."""
        try:
            # Not Thread.join: an interrupt there can mark a running thread as finished (CPython 3.11).
            while not self.done.wait(_TICK):
                pass
        except KeyboardInterrupt:
            self.cancel.set()
            raise
        if self.error is not None:
            raise self.error
        return self.result

    def run(self) -> None:
        """Do the work on this thread; an error is kept for whoever waits."""
        try:
            if self.cancel.is_set():
                raise Cancelled("The work was cancelled before it began; call it again to start it.")
            self.result = self.work(self)
        except BaseException as error:  # noqa: BLE001 - kept in `error`, raised by `wait`, shown by the session
            self.error = error
        finally:
            self.done.set()


class Lane:
    """Runs jobs one after the other.

    A job whose key equals that of the running or waiting one joins it, unless that one is settled. Any other cancels
    what is running and waiting, then starts: the newest request wins, and the overtaken ones raise `Cancelled`.

    Parameters
    ----------
    name
        Shown in thread names and progress.
    mode
        `thread`, or `inline`: jobs run inside `submit`, for tests.
    """

    def __init__(self, name: str, mode: Literal["thread", "inline"] = "thread") -> None:
        self.name = name
        self.mode = mode
        self._lock = threading.Lock()
        self._running: Job | None = None
        self._waiting: Job | None = None
        self._idle = threading.Event()
        self._idle.set()

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self.running is not None

    @property
    def running(self) -> Job | None:
        """The job that runs, None between jobs."""
        job = self._running
        return None if job is None or job.done.is_set() else job

    def submit(self, key: Hashable, work: Callable[[Job], Any]) -> Job:
        """Run `work(job)` in this lane, or join an equal job that is neither settled nor cancelled."""
        job = Job(key, work)
        if self.mode == "inline":
            job.run()
            return job
        with self._lock:
            for other in (self._waiting, self._running):
                if other is not None and other.key == key and other.can_be_joined:
                    return other
            if self._running is None:
                self._running = job
                self._idle.clear()
                threading.Thread(target=self._drain, name=f"workbench-{self.name}", daemon=True).start()
                return job
            overtaken, self._waiting = self._waiting, job
            self._overtake(self._running)
        if overtaken is not None:
            self._overtake(overtaken)
            overtaken.run()
        return job

    def cancel(self) -> None:
        """Ask what runs and what waits to stop; what is finished stays."""
        with self._lock:
            for job in (self._running, self._waiting):
                if job is not None:
                    job.cancel.set()

    def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing runs, at most this long; tells whether it came to that."""
        return self._idle.wait(seconds)

    @staticmethod
    def _overtake(job: Job) -> None:
        job.overtaken = True
        job.cancel.set()

    def _drain(self) -> None:
        while (job := self._running) is not None:
            job.run()
            with self._lock:
                self._running, self._waiting = self._waiting, None
                if self._running is None:
                    self._idle.set()
