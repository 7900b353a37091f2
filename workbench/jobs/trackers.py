"""Starts the resource trackers outside the kernel's process group, so that a kernel ends at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

__all__ = ["start_trackers"]

_starting = threading.Lock()


def start_trackers() -> None:
    """Start the processes that remove what children leave behind, loky's and Python's own, unless they run.

    They ignore SIGTERM and end with their parent. ipykernel, when it is shut down, asks all processes of its group to
    end and waits for them, 29 s for one that does not listen (`Kernel._progressively_terminate_all_children`, 7.4).
    """
    if os.name != "posix":
        return
    from multiprocessing import resource_tracker, util

    from loky.backend import resource_tracker as loky_tracker

    with _starting:
        before, util.spawnv_passfds = util.spawnv_passfds, _spawn_apart  # type: ignore[assignment]
        try:
            resource_tracker.ensure_running()
            loky_tracker.ensure_running()
        finally:
            util.spawnv_passfds = before


def _spawn_apart(path: bytes, arguments: Sequence[Any], descriptors: Sequence[int]) -> int:
    for one in descriptors:
        os.set_inheritable(one, True)
    return os.posix_spawn(path, list(arguments), os.environ, setpgroup=0)
