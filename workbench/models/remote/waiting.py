"""Waiting until a service takes requests again: told to whoever listens, stopped by whoever cancels, never for long."""

from __future__ import annotations

import email.utils
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event

from workbench.errors import Cancelled

__all__ = ["LONGEST", "asked_wait", "backoff", "listening", "pause"]

LONGEST = 120.0
"""Longest wait in seconds before one attempt; a service that asks for more is an error that says so."""
_FIRST, _MOST = 0.5, 8.0

Teller = Callable[[str], None]
_listener: ContextVar[tuple[Event | None, Teller | None]] = ContextVar("listener", default=(None, None))


@contextmanager
def listening(cancel: Event | None = None, tell: Teller | None = None) -> Iterator[None]:
    """Hear of waits within the block, on this thread, and let `cancel` end them.

    Parameters
    ----------
    cancel
        Set by another thread to stop waiting.
    tell
        Called with one sentence before each wait.
    """
    token = _listener.set((cancel, tell))
    try:
        yield
    finally:
        _listener.reset(token)


def pause(seconds: float, why: str) -> None:
    """Wait, having told why.

    Raises
    ------
    Cancelled
        The wait was ended by `listening`'s event.
    """
    cancel, tell = _listener.get()
    if tell is not None:
        tell(f"{why}: waiting {seconds:.0f} s." if seconds >= 1 else f"{why}: trying again.")
    if (cancel or Event()).wait(seconds):
        raise Cancelled(f"{why}, and the wait was stopped. What was embedded before is kept; embed again to go on.")


def backoff(attempt: int) -> float:
    """Give the seconds to wait after attempt 0, 1, 2 ... of a service that named no time: 0.5, 1, 2, at most 8."""
    return float(min(_FIRST * 2**attempt, _MOST))


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Give the seconds that a reply asks to wait, 0 or more; None where it does not say.

    `retry-after-ms` is OpenAI's own; `retry-after` is seconds or a date (RFC 9110, section 10.2.3).
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        return max(0.0, seconds) if math.isfinite(seconds) else None
    try:
        return max(0.0, email.utils.parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
