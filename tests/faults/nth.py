"""Fail the first passage of the seam, then the second, until a run ends without having met a fault."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.faults.effort import effort
from workbench.errors import WorkbenchError
from workbench.seam import armed

__all__ = ["FAULTS", "Fault", "Report", "faults", "left_over", "run_armed", "sentence"]


def _system(code: int) -> Callable[[str], Exception]:
    return lambda what: OSError(code, os.strerror(code), what)


def _sqlite(code: int, text: str) -> Callable[[str], Exception]:
    def make(_: str) -> Exception:
        error = sqlite3.OperationalError(text)
        error.sqlite_errorcode = code  # as those of a statement have it
        return error

    return make


def _chroma(text: str) -> Callable[[str], Exception]:
    def make(_: str) -> Exception:
        from chromadb.errors import InternalError

        return InternalError(text)

    return make


FAULTS: dict[str, dict[str, Callable[[str], Exception]]] = {
    "file": {name: _system(getattr(errno, name)) for name in ("ENOSPC", "EIO", "EACCES")},
    "tables": {
        "IOERR": _sqlite(sqlite3.SQLITE_IOERR, "disk I/O error"),
        "FULL": _sqlite(sqlite3.SQLITE_FULL, "database or disk is full"),
        "BUSY": _sqlite(sqlite3.SQLITE_BUSY, "database is locked"),
    },
    "index": {
        "internal": _chroma("error returned from database: (code: 10) disk I/O error"),
        "full": _chroma("error returned from database: (code: 13) database or disk is full"),
        "torn": _chroma("Error executing plan: Error creating hnsw segment reader: Nothing found on disk"),
    },
    "reply": {
        "reset": lambda _: httpx.ReadError("[Errno 104] Connection reset by peer"),
        "cut": lambda _: httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
        "refused": lambda _: httpx.ConnectError("[Errno 111] Connection refused"),
    },
}
"""What each kind of passage can meet."""


@dataclass
class Fault:
    """Stops passage number `at`; with `stays`, all later ones of that kind too, as a full disk does.

    Attributes
    ----------
    column
        Which of the kind's three faults.
    seen
        What passed.
    met
        Kind, place and name of the fault; None where the run ended before it.
    """

    at: int
    column: int
    stays: bool = False
    seen: list[str] = field(default_factory=list, repr=False)
    met: tuple[str, str, str] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __call__(self, kind: str, what: str) -> None:
        with self._lock:
            self.seen.append(what)
            name, make = list(FAULTS[kind].items())[self.column]
            if self.count == self.at:
                self.met = (kind, what, name)
            elif not (self.stays and self.met is not None and self.met[0] == kind):
                return
        raise make(what)

    @property
    def count(self) -> int:
        """Passages seen."""
        return len(self.seen)

    def __str__(self) -> str:
        return f"passage {self.at}{' and all later ones' if self.stays else ''}: {self.met}"


@dataclass
class Report:
    """What was survived, counted by kind and name of the fault."""

    survived: Counter[str] = field(default_factory=Counter)
    passages: int = 0

    def add(self, fault: Fault) -> None:
        kind, _, name = fault.met
        self.survived[f"{kind} {name}{' and on' if fault.stays else ''}"] += 1


def faults(run: Callable[[Fault], Any], most: int = 5) -> Report:
    """Run with a fault at passage 1, 2, 3, ... until one is not met; gives what was survived.

    Parameters
    ----------
    run
        Called with each fault; arms it around what is tried, and checks what came of it.
    most
        How many passages are tried in a usual run: evenly apart among those that write, and the last commit. A
        thorough run tries all, with each of the three faults of a kind, once and for good.
    """
    clean = Fault(0, 0)
    run(clean)
    report = Report(passages=clean.count)
    thorough = effort(0, 1) == 1
    for turn, at in enumerate(count(1) if thorough else (*_chosen(clean.seen, most), clean.count + 20)):
        for choice in range(6 if thorough else 1):
            which = (turn + choice) % 6
            fault = Fault(at, which % 3, stays=which >= 3)
            run(fault)
            if fault.met is None:
                assert at > fault.count > 0
                return report
            report.add(fault)
    raise AssertionError("The run never came to its end without a fault.")


def _chosen(seen: list[str], most: int) -> list[int]:
    """Give the places of some passages, one of each name at most: what reads fails as what writes does."""
    if len(seen) <= 2 * most:
        return list(range(1, len(seen) + 1))
    last = {name: at for at, name in enumerate(seen, start=1) if not name.startswith("SELECT")}
    places = sorted(last.values())
    evenly = {places[round(number * (len(places) - 1) / max(1, most - 1))] for number in range(most)}
    return sorted(evenly | ({last["COMMIT"]} if "COMMIT" in last else set()))


def sentence(error: BaseException, fault: Fault) -> str:
    """See that an error is one of ours that a person can act upon; gives its text."""
    text = str(error)
    assert isinstance(error, WorkbenchError), f"{fault}: {type(error).__name__}: {error}"
    assert "unforeseen" not in text, f"{fault}: {text}"
    assert "Traceback" not in text, f"{fault}: {text}"
    assert len(text) > 40, f"{fault}: {text}"
    assert text.endswith((".", "ollama serve")) or " store=" in text, f"{fault}: {text}"
    return text


def left_over(folder: Path) -> list[str]:
    """List files that only somebody who was interrupted leaves behind."""
    endings = (".part", ".new", ".opening", ".tmp", ".partial.xml", ".partial.bin")
    return sorted(path.name for path in folder.rglob("*") if path.name.endswith(endings))


def run_armed(fault: Fault, call: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """Call with the fault armed; gives the result and the error, of which one is None."""
    with armed(fault):
        try:
            return call(), None
        except BaseException as error:  # noqa: BLE001 - the test judges it
            return None, error
