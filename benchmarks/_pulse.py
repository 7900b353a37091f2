"""How fast a kernel answers clicks while it works: one click every 20 ms, and how long each waited for its answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks._kernel import Kernel

__all__ = ["PHASES", "Waits", "corpus", "prepared", "waits"]

PAUSE = 0.02
CHUNKS_A_FILE = 10
WORDS = ("llama", "camel", "goat", "sheep", "wool", "hump", "salt", "pass", "herd", "desert", "rope", "hill")

SETUP = """
import threading
from comm import get_comm_manager
from workbench import Workbench
from workbench.app import App

wb = Workbench({folder!r}, store={store!r}, llm="extractive")
wb.chunk_size, wb.chunk_overlap, wb.live = 16, 0, True
app = App(wb)
wb.panels.keep(app)
details, tabs, job, clicks = app.panels[-1], ("scores", "code", "prompt"), None, 0

def opened(comm, _):
    def click(message):
        global clicks
        clicks += 1
        details.act("tab", tab=tabs[clicks % len(tabs)])
        comm.send(dict(done=job is None or job.done.is_set(), thread=threading.current_thread().name))
    comm.on_msg(click)

get_comm_manager().register_target("pulse", opened)
"""

PHASES = {
    "reading and cutting": "job = wb.submit('prepare')",
    "embedding": "job = wb.submit('embed')",
    "embedding and asking": (
        "job = wb.submit('embed')\n"
        "def questions():\n"
        "    number = 0\n"
        "    while not job.done.wait(0.3):\n"
        "        number += 1\n"
        "        wb.submit('ask', f'Which herd has number {number}?').done.wait(60)\n"
        "asking = threading.Thread(target=questions, daemon=True)\n"
        "asking.start()"
    ),
    "laying out the map": "job = wb.submit('map', 'umap')",
    "finding clusters": "job = wb.submit('cluster')",
    "saving the map": "job = wb.submit('picture', 'svg')",
}
"""What the kernel is set to, and the code that starts it."""


@dataclass(frozen=True)
class Waits:
    """How long clicks waited for their answers, in seconds, and the threads that answered them."""

    phase: str
    seconds: np.ndarray
    threads: tuple[str, ...]

    @property
    def most(self) -> float:
        """The longest."""
        return float(self.seconds.max())

    def __str__(self) -> str:
        half, most = (1000 * np.percentile(self.seconds, part) for part in (50, 99))
        return (
            f"{self.phase:22} {len(self.seconds):6,} clicks: median {half:4.0f} ms, 99 of 100 within {most:4.0f} ms, "
            f"longest {1000 * self.most:4.0f} ms"
        )


def corpus(folder: Path, chunks: int) -> Path:
    """Write files that are cut into so many chunks of about 16 tokens."""
    folder.mkdir(parents=True)
    for number in range(0, chunks, CHUNKS_A_FILE):
        lines = (_line(one) for one in range(number, min(number + CHUNKS_A_FILE, chunks)))
        (folder / f"{number:06}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    return folder


def _line(number: int) -> str:
    words = [WORDS[(number // 7**place + place * number) % len(WORDS)] for place in range(9)]
    return f"{' '.join(words).capitalize()} of herd {number}."


def prepared(kernel: Kernel, folder: Path, store: Path) -> None:
    """Make the workbench and its app in the kernel, and open the channel for clicks."""
    kernel.run(SETUP.format(folder=str(folder), store=str(store)))
    kernel.open_comm("pulse", "pulse")


def waits(kernel: Kernel, phase: str, subshell: str | None, seconds: float, enough: int = 10) -> Waits:
    """Start a phase and click until it is done, or these seconds are over."""
    kernel.run(PHASES[phase])
    found, threads, done = [], set(), False
    end = time.monotonic() + seconds
    while (not done or len(found) < enough) and time.monotonic() < end:
        reply, took = kernel.ask("pulse", subshell)
        found.append(took)
        threads.add(str(reply["thread"]))
        done = bool(reply["done"])
        time.sleep(PAUSE)
    if not done:
        kernel.run("job.cancel.set(); job.done.wait(60)")
    return Waits(phase, np.array(found), tuple(sorted(threads)))
