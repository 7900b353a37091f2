"""The parent's side of `opener`: it tells which store to open, waits for what is said, and survives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds in which a store must have been opened, embedded and searched."""

NOTHING = {"wrong": [], "error": "", "kind": "", "sent": 0, "notes": [], "asides": []}


class Opener:
    """One process that opens store after store."""

    def __init__(self, folder: Path, index: bool = False) -> None:
        self.folder = folder
        self.made = folder / "made"
        self.cases = 0
        self.corpus = write_corpus(folder / "corpus")
        self._index = index
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._start()

    @property
    def closed(self) -> Path:
        """A store that was closed."""
        return self.made

    @property
    def killed(self) -> Path:
        """The same, as a process leaves it that is killed: with its write-ahead log."""
        return self.made.with_name("made-killed")

    def open(
        self, base: Path, damage: Callable[[Path], None], after: Callable[[Path], None] = lambda store: None
    ) -> dict[str, object]:
        """Copy a store, damage the copy, have it opened, and look at it afterwards; gives what was said of it."""
        self.cases += 1
        store = self.folder / f"case-{self.cases}"
        shutil.copytree(base, store, symlinks=True)
        damage(store)
        self._process.stdin.write(f"{store}\n")
        self._process.stdin.flush()
        said = self._hear()
        if "chunks" not in said and said["died"]:
            self.close()
            self._start()
        sources = {path.name: path.read_bytes() for path in sorted((self.folder / "corpus").iterdir())}
        assert sources == self.corpus, "the sources were touched"
        after(store)
        shutil.rmtree(store)
        return said

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            stream.close()
        self._reader.join()

    def _start(self) -> None:
        arguments = [str(self.folder / "corpus"), str(self.made), "index" if self._index else "record"]
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.faults.opener", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self._reader = Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        self.chunks = self._hear()["chunks"]

    def _read(self, stream) -> None:
        for line in stream:
            self._lines.put(line)
        self._lines.put("")

    def _hear(self) -> dict[str, object]:
        try:
            line = self._lines.get(timeout=PATIENCE)
        except Empty:
            return {**NOTHING, "died": f"The process hung for {PATIENCE:g} seconds."}
        return json.loads(line) if line else {**NOTHING, "died": f"The process died: {self._process.wait()}."}


def write_corpus(folder: Path) -> dict[str, bytes]:
    """Write ten files of four chunks of 16 words or so; gives their content by name."""
    folder.mkdir()
    for number in range(10):
        lines = [
            f"The llama number {number * 7 + line} hums in herd {line} at {number * line} o'clock." for line in range(6)
        ]
        (folder / f"herd-{number}.md").write_text("\n\n".join(lines), encoding="utf-8")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
