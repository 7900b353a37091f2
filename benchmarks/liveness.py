"""How long the kernel's main thread is held up while a corpus is embedded.

    python -m benchmarks.liveness [package ...]

A ticker asks to run every 50 ms on the main thread, as Jupyter's event loop does, while the docstrings of installed
packages are read, cut, embedded and mapped in the background. Lateness is what a person feels as a stuck notebook.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time

import numpy as np

TICK = 0.05


async def late(job, until: float) -> np.ndarray:
    """Tick until the job has ended; give the lateness of each tick in seconds."""
    found = []
    while not job.done.is_set() and time.perf_counter() < until:
        due = time.perf_counter() + TICK
        await asyncio.sleep(TICK)
        found.append(time.perf_counter() - due)
    return np.array(found)


def main() -> int:
    from workbench import Workbench

    packages = sys.argv[1:] or ["numpy", "pandas"]
    with tempfile.TemporaryDirectory() as folder, Workbench.from_docstrings(packages, store=folder) as wb:
        wb.live = True
        for verb in ("prepare", "embed"):
            job = wb.submit(verb)
            found = asyncio.run(late(job, time.perf_counter() + 90))
            wb.cancel("embed")
            print(
                f"{verb:8} {len(wb.chunk_list):6} chunks, {wb.embedded:6} embedded, {len(found):5} ticks of 50 ms: "
                f"late by at most {1000 * found.max():.0f} ms, 99 of 100 by less than "
                f"{1000 * np.percentile(found, 99):.0f} ms"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
