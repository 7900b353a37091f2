"""What a process holds: threads, open files, widgets, comms, panels, observers, memory."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
from dataclasses import dataclass
from typing import Any

import comm
import ipywidgets.widgets.widget as kernel_side
import psutil

from workbench.records import Answer, Retrieval
from workbench.session.engine import Engine
from workbench.widgets._base import Panel
from workbench.widgets.map_figure import LiveFigure

__all__ = ["Footprint", "footprint", "held", "megabytes", "observers", "settled"]


@dataclass(frozen=True)
class Footprint:
    """Two of them are equal where nothing was left behind.

    Attributes
    ----------
    threads
        Names of the threads, sorted.
    files
        Open files and sockets.
    widgets, comms
        Widgets that the kernel side holds, and channels to their pages.
    panels, figures, workbenches, retrievals, answers
        Objects that are alive after a collection.
    """

    threads: tuple[str, ...]
    files: int
    widgets: int
    comms: int
    panels: int
    figures: int
    workbenches: int
    retrievals: int
    answers: int


def footprint() -> Footprint:
    """Give what this process holds now, rubbish collected."""
    process = psutil.Process()
    alive = held(Panel, LiveFigure, Engine, Retrieval, Answer)
    return Footprint(
        tuple(sorted(thread.name for thread in threading.enumerate())),
        process.num_fds() if hasattr(process, "num_fds") else process.num_handles(),
        len(kernel_side._instances),
        len(comm.get_comm_manager().comms),
        *alive,
    )


def held(*kinds: type) -> tuple[int, ...]:
    """Count the objects of each kind that are alive after a collection."""
    gc.collect()
    found = gc.get_objects()
    return tuple(sum(1 for one in found if issubclass(type(one), kind)) for kind in kinds)


def observers(wb: Any) -> int:
    """Count who is told of changes of a workbench."""
    return sum(len(found) for kinds in wb._trait_notifiers.values() for found in kinds.values())


def megabytes() -> float:
    """Give the resident memory, after the allocator was asked to give back what is free."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
    return psutil.Process().memory_info().rss / 1e6


def settled(wb: Any, seconds: float = 60) -> None:
    """Wait until no lane of a workbench runs anything."""
    for name, lane in wb.lanes.items():
        assert lane.wait_idle(seconds), f"the lane {name} still runs {lane.running}"
