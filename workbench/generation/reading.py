"""Reading what a model says on a thread of its own, so that whoever waits can stop waiting at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import TypeVar

__all__ = ["read_apart"]

_TICK = 0.05
"""Seconds until a cancelled reader lets go."""

T = TypeVar("T")


def read_apart(
    make: Callable[[], Iterable[T]], cancel: threading.Event, name: str, cut: Callable[[], None] | None = None
) -> Iterator[T]:
    """Yield what `make` gives, until it ends or `cancel` is set; an error of its thread is raised here.

    Parameters
    ----------
    make
        Called on the other thread; once nobody reads any more, its next item is its last.
    cancel
        Set by the person.
    name
        Of the thread.
    cut
        Called at the end, whatever it was, to break what `make` waits for; harmless when it has ended.
    """
    box: SimpleQueue[tuple[str, T | BaseException | None]] = SimpleQueue()
    left = threading.Event()

    def work() -> None:
        try:
            for item in make():
                box.put(("item", item))
                if left.is_set():
                    return
            box.put(("end", None))
        except BaseException as error:  # noqa: BLE001 - handed to the waiting caller, who raises it
            box.put(("error", error))

    threading.Thread(target=work, name=name, daemon=True).start()
    try:
        while not cancel.is_set():
            try:
                kind, value = box.get(timeout=_TICK)
            except Empty:
                continue
            if kind == "end":
                return
            if kind == "error":
                raise value  # type: ignore[misc]
            yield value  # type: ignore[misc]
    finally:
        left.set()
        if cut is not None:
            cut()
