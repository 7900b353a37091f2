"""How long a click waits for its answer while a kernel reads, embeds, asks, draws and saves.

    python -m benchmarks.liveness [chunks] [--ipykernel FOLDER]

A real kernel works in the background; every 20 ms it gets the message of a click, which a widget's callback answers: on
the main thread, then on a subshell's thread, as ipykernel's versions do by turns. FOLDER is where another ipykernel was
installed (pip install --target FOLDER ipykernel==7.3.0), to compare with the installed one. The map is laid out and the
clusters are found in a child process that shares the processors.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks._kernel import Kernel
from benchmarks._pulse import PHASES, corpus, prepared, waits

MOST = 900.0
"""Seconds for one phase."""


def measure(chunks: int, ipykernel: str | None, in_subshell: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, store = corpus(Path(place) / "corpus", chunks), Path(place) / "store"
        with Kernel(Path(place), ipykernel) as kernel:
            version = kernel.run("import ipykernel; print(ipykernel.__version__)").strip()
            prepared(kernel, folder, store)
            subshell = kernel.subshell() if in_subshell else None
            print(f"ipykernel {version}, callbacks {'in a subshell' if in_subshell else 'on the main thread'}:")
            for phase in PHASES:
                if phase == "embedding":
                    continue  # it would leave nothing to embed for the phase that also asks
                found = waits(kernel, store, phase, subshell, MOST)
                print(f"  {found}; load {os.getloadavg()[0]:.1f}", flush=True)
            print(f"  {kernel.run('print(repr(wb))').strip()}")
            kernel.run("wb.close(finish=False)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("chunks", type=int, nargs="?", default=20_000)
    parser.add_argument("--ipykernel", help="folder of another ipykernel than the installed one")
    given = parser.parse_args()
    for in_subshell in (False, True):
        measure(given.chunks, given.ipykernel, in_subshell)
    return 0


if __name__ == "__main__":
    sys.exit(main())
