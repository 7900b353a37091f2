"""One writer a store: a lock that the operating system takes back when its process dies."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, SoftFileLock, Timeout

from workbench.errors import StoreError, StoreLocked
from workbench.seam import passing

__all__ = ["WriterLock", "refused"]

_LONGEST = 1024
"""Bytes of a note that are read; ours have a hundred."""


class WriterLock:
    """The right to write a store, held by a process; who holds it stands beside it.

    Parameters
    ----------
    folder
        The store, resolved.
    """

    def __init__(self, folder: Path) -> None:
        self._file, self._note = folder / "lock", folder / "writer.json"
        self._lock: Any = None
        self._mine: tuple[int, int, int] | None = None

    @property
    def held(self) -> bool:
        """Whether this process is the writer: it holds the lock of the file that bears its name now.

        It is not if somebody has deleted that file, which lets another process in, nor after a fork.
        """
        return self._mine is not None and self._mine == self._identity()

    def take(self) -> bool:
        """Try to become the writer; False at once if another process is.

        Raises
        ------
        StoreError
            The folder, or the lock in it, does not let itself be locked.
        """
        if self.held:
            return True
        self._let_go()
        self._lock = FileLock(self._file, mode=0o600, blocking=False, thread_local=False)
        try:
            passing("file", self._file)
            self._lock.acquire()
        except Timeout:
            return False
        except (IsADirectoryError, PermissionError) as error:
            raise StoreError(
                f"The lock of the store, {self._file}, is not a file that this process can write ({error.strerror}). "
                "Delete it if no notebook has the store open, or choose another folder with store=."
            ) from error
        except (OSError, NotImplementedError) as error:
            raise StoreError(
                f"The folder {self._file.parent} cannot be locked ({error}). Choose a store on a local disk: store=."
            ) from error
        if isinstance(self._lock, SoftFileLock):
            # filelock's stand-in where the disk knows no locks: a file that stays for ever if this process is killed.
            self._let_go()
            raise StoreError(
                f"The folder {self._file.parent} is on a disk without file locks. Choose a store on a local disk: "
                "store=."
            )
        self._mine = self._identity()
        self._tell()
        return self._mine is not None

    def holder(self) -> dict[str, object]:
        """Give pid, host and time of the writer, as far as it said them; anybody may have written the note."""
        try:
            # What stands there may be no file of ours: a pipe must not be waited for, nor a device read to its end.
            opened = os.open(self._note, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(opened, "rb") as file:
                found = json.loads(file.read(_LONGEST))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        pid = found.get("pid")
        told: dict[str, object] = {"pid": pid} if type(pid) is int and 0 < pid < 2**32 else {}
        texts = {name: found[name] for name in ("host", "since") if isinstance(found.get(name), str)}
        return told | {name: text for name, text in texts.items() if text.isprintable() and text}

    def release(self) -> None:
        """Let another process write."""
        if self.held:
            self._forget(self._note)
        self._let_go()

    def _identity(self) -> tuple[int, int, int] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return os.getpid(), found.st_dev, found.st_ino

    def _let_go(self) -> None:
        # A fork's copy is filelock's to close; to unlock it would take the lock from the parent.
        if self._lock is not None and self._lock.is_locked and (self._mine is None or self._mine[0] == os.getpid()):
            self._lock.release(force=True)
        self._lock = self._mine = None

    def _tell(self) -> None:
        note = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        # The note is a courtesy: on a full disk there is none, rather than half of one or that of a dead writer.
        fresh = self._note.with_suffix(".new")
        try:
            passing("file", fresh)
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(note), encoding="utf-8")
            passing("file", self._note)
            fresh.replace(self._note)
        except OSError:
            self._forget(self._note)
            self._forget(fresh)

    @staticmethod
    def _forget(note: Path) -> None:
        # Where even that is refused, the lock itself still says the truth.
        with suppress(OSError):
            passing("file", note)
            note.unlink(missing_ok=True)


def refused(folder: Path, *, lost: bool) -> StoreLocked:
    """Give the error of a process that may only read, or may no longer write: another one may be at the same place."""
    if not lost:
        return StoreLocked(
            f"The store {folder} can only be read by this process. Close the other notebook and call wb.refresh(), or "
            "choose another folder with store=."
        )
    return StoreLocked(
        f"The lock of the store {folder} was deleted or replaced while this process had it open, so nothing more was "
        "written. What was committed before is kept. Call wb.refresh() and embed again."
    )
