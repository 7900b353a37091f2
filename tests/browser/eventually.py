"""What a page comes to: each of its panels is drawn when the browser gets round to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

__all__ = ["becomes", "steady"]


def becomes(read: Callable[[], Any], wanted: Any, seconds: float = 30) -> None:
    """Wait until what is read is what is wanted, at most this long; then it must be."""
    end = time.monotonic() + seconds
    while (found := read()) != wanted and time.monotonic() < end:
        time.sleep(0.05)
    assert found == wanted


def steady(read: Callable[[], Any], seconds: float = 1, patience: float = 30) -> Any:
    """Wait, at most with this patience, until what is read has stayed the same for some seconds, and give it."""
    last, end = read(), time.monotonic() + patience
    since = time.monotonic()
    while time.monotonic() - since < seconds and time.monotonic() < end:
        time.sleep(0.1)
        if (now := read()) != last:
            last, since = now, time.monotonic()
    return last
