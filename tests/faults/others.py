"""Other interpreters that do as they are told, one expression at a time, and never outlive their test."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds for one answer, on the busiest of machines."""

LOOP = """
import json, sys
names = {}
for line in sys.stdin:
    how, code = json.loads(line)
    try:
        said = ["said", exec(code, names) if how == "exec" else eval(code, names)]
    except Exception as error:
        said = [type(error).__name__, str(error)]
    print(json.dumps(said), flush=True)
"""
BEGIN = """
from pathlib import Path
from tests.doubles import WordModel
from tests.index.helpers import chunks, collection_of, embed
from workbench.index.store import open_store
"""


class Failed(Exception):
    """What an expression raised in the other process: `kind` is the name of its class."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class Other:
    """One more interpreter, in which warnings are errors.

    Parameters
    ----------
    begin
        Statements that it starts with.
    folder
        Its working folder.
    """

    def __init__(self, begin: str = BEGIN, folder: Path = ROOT, **environment: str) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", LOOP],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()
        self.send("exec", begin)

    @property
    def pid(self) -> int:
        return self.process.pid

    def send(self, how: str, code: str) -> None:
        """Give it something to do without waiting; `answer` gives what came of it."""
        self.process.stdin.write(f"{json.dumps([how, code])}\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """Give the oldest answer that was not given yet, or raise `Failed`."""
        line = self._lines.get(timeout=PATIENCE)
        if not line:
            self._errors.seek(0)
            raise AssertionError(f"The process has ended: {self._errors.read()}")
        kind, said = json.loads(line)
        if kind != "said":
            raise Failed(kind, said)
        return said

    def do(self, code: str) -> None:
        self.send("exec", code)
        self.answer()

    def ask(self, code: str) -> Any:
        self.send("eval", code)
        return self.answer()

    def kill(self) -> None:
        """End it without a chance to tidy up, and wait until the system has taken back what it held."""
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def _listen(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def __enter__(self) -> Other:
        self.answer()  # of what it began with
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self._ear.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout, self._errors):
            stream.close()
