"""One file to its texts or to the reason why not, in this process or in a child that can be stopped."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from threading import Event
from typing import Any, Protocol

from workbench.corpus.formats import Content, Failed, RawFile, Skipped, largest_here, reader_of
from workbench.corpus.samples import is_sample
from workbench.corpus.walk import QUESTIONS, Found
from workbench.errors import Cancelled, OutOfTime, ProcessEnded
from workbench.records import FileReport

__all__ = ["MAX_BYTES", "MOST_MEMORY", "ChildProcess", "Reading", "open_bytes", "refusal"]

MAX_BYTES = 100_000_000
"""Largest file that is read; a text of this size is 25 million tokens, days of embedding."""
MOST_MEMORY = 2_000_000_000
"""Bytes that the child may take, where the system can limit it."""
PATIENCE = 30.0
"""Seconds that a file may take in the child; each megabyte adds `PATIENCE_PER_MB`."""
PATIENCE_PER_MB = 20.0
LONGEST_PATIENCE = 600.0
# A pipe that took the place of a file is then opened at once, seen and left, rather than waited for.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)


class ChildProcess(Protocol):
    """A process that runs one function at a time and can be killed, such as `jobs.child.Child`."""

    def run(
        self, function: Callable[..., Any], /, *args: Any, cancel: Event | None = None, seconds: float | None = None
    ) -> Any:
        """Call a function there; raises `OutOfTime`, `ProcessEnded` or `Cancelled` where there is no result."""
        ...

    def warm(self, function: Callable[..., Any], /, *args: Any) -> None:
        """Start it without waiting."""
        ...

    def close(self) -> None:
        """End it; the next run starts a new one."""
        ...


class Reading:
    """Reads files, those of the involved formats in the child.

    Parameters
    ----------
    check
        Called within long files; raises `Cancelled` to stop.
    cancel
        The event behind `check`, with which the child is killed.
    child
        None to read all in this process.
    """

    def __init__(self, check: Callable[[], None], cancel: Event | None = None, child: ChildProcess | None = None):
        self._check = check
        self._cancel = cancel
        self._child = child

    def expect(self, found: Sequence[Found]) -> None:
        """Start the child while other files are read, if any of these will need it."""
        if self._child is not None and any(one.refused is None and self._is_apart(one, 1) for one in found):
            self._child.warm(_ready)

    def content(self, found: Found) -> Content | FileReport:
        """Give what is in a file, or its line of the report where that is nothing."""
        if self._child is None or not self._is_apart(found, MAX_BYTES):
            return read(found.path, found.name, self._check)
        try:
            size = found.path.stat().st_size
        except OSError as error:
            return refusal(found.name, error)
        if not self._is_apart(found, size):
            return read(found.path, found.name, self._check)
        return self._apart(self._child, found, min(LONGEST_PATIENCE, PATIENCE + PATIENCE_PER_MB * size / 1e6))

    def _is_apart(self, found: Found, size: int) -> bool:
        # What comes with the project is known to be harmless, and not worth the start of a process.
        return size > largest_here(found.name) and not is_sample(found.path)

    def _apart(self, child: ChildProcess, found: Found, seconds: float) -> Content | FileReport:
        try:
            return child.run(read, found.path, found.name, cancel=self._cancel, seconds=seconds)
        except OutOfTime:
            said = f"not read within {seconds:,.0f} seconds: it is damaged, or very involved; split it or leave it out"
        except ProcessEnded:
            said = "reading it ended its process: it is damaged, or takes too much memory; split it or leave it out"
        except MemoryError:
            # What is left of the memory may be in pieces.
            child.close()
            said = f"takes more than {MOST_MEMORY / 1e9:.0f} GB of memory to read; split it or leave it out"
        return FileReport(found.name, "failed", said)


def read(path: Path, name: str, check: Callable[[], None] = lambda: None) -> Content | FileReport:
    """Read a file in this process; whatever a parser raises becomes its line of the report."""
    try:
        if PurePosixPath(name).name == QUESTIONS:
            raise Skipped("questions are no document, and only those at the top of the folder are offered")
        reader = reader_of(name)
        return reader(RawFile(name, open_bytes(path), check))
    except (Cancelled, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - parsers raise anything, also what cannot be sent to another process
        return refusal(name, error)


def refusal(name: str, error: Exception) -> FileReport:
    """Give the line of a file that was not read."""
    if isinstance(error, Skipped):
        return FileReport(name, "skipped", str(error))
    if isinstance(error, Failed):
        return FileReport(name, "failed", str(error))
    if isinstance(error, OSError):
        # Without the path: reports are shown, copied and saved.
        return FileReport(name, "failed", error.strerror or type(error).__name__)
    if isinstance(error, RecursionError):
        return FileReport(name, "failed", "nested too deeply to be read; save it in a simpler form")
    if isinstance(error, MemoryError):
        return FileReport(name, "failed", "there is not enough memory to read it; close other programs, or split it")
    said = " ".join(str(error).split())  # a line of the report is one line
    return FileReport(name, "failed", f"its content is damaged ({type(error).__name__}: {said})")


def open_bytes(path: Path) -> bytes:
    """Give the bytes of a regular file of at most `MAX_BYTES`, at least one.

    Raises
    ------
    Skipped
        It is empty, too large, or no regular file.
    OSError
        It cannot be opened or read.
    """
    with open(os.open(path, _FLAGS), "rb") as file:  # noqa: PTH123 - Path.open takes no flags
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Skipped("not a regular file (a pipe, socket or device)")
        if status.st_size > MAX_BYTES:
            raise Skipped(f"{status.st_size / 1e6:,.0f} MB, and at most {MAX_BYTES / 1e6:,.0f} MB are read; split it")
        # Some files of the system say that they are of 0 bytes.
        data = file.read(status.st_size or MAX_BYTES)
    if not data:
        raise Skipped("empty")
    return data


def _ready() -> None:
    """Do nothing: to find this function the child has imported all that it needs."""
