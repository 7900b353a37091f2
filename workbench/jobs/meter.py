"""How fast a job goes and when it will end, told at most ten times a second."""

from __future__ import annotations

import time
from collections.abc import Callable

from workbench.records import Progress

__all__ = ["Meter"]

_INTERVAL = 0.1
_SETTLED = 0.5
"""Seconds of work before a rate is worth saying."""


class Meter:
    """Turns (done, total) into `Progress` records.

    Parameters
    ----------
    publish
        Called with each record; the first and the last are always published.
    lane, label, unit
        As in `Progress`.
    """

    def __init__(self, publish: Callable[[Progress], None], lane: str, label: str, unit: str = "chunks") -> None:
        self._publish = publish
        self._lane, self._label, self._unit = lane, label, unit
        self._began = time.perf_counter()
        self._told = 0.0
        self._first: int | None = None

    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is."""
        now = time.perf_counter()
        if self._first is None:
            self._first, self._began = done, now
        elif done < total and now - self._told < _INTERVAL:
            return
        self._told = now
        elapsed = now - self._began
        rate = (done - self._first) / elapsed if elapsed > _SETTLED and done > self._first else None
        left = (total - done) / rate if rate else None
        self._publish(Progress(self._lane, self._label, done, total, self._unit, rate, left))
