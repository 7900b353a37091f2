"""One writer a store: a lock that the operating system takes back when its process dies."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, SoftFileLock, Timeout

from workbench.errors import StoreError

__all__ = ["WriterLock"]


class WriterLock:
    """The right to write a store, held by a process; who holds it stands beside it.

    Parameters
    ----------
    folder
        The store, resolved.
    """

    def __init__(self, folder: Path) -> None:
        self._note = folder / "writer.json"
        self._lock = FileLock(folder / "lock", mode=0o600, blocking=False, thread_local=False)

    @property
    def held(self) -> bool:
        """Whether this process is the writer."""
        return bool(self._lock.is_locked)

    def take(self) -> bool:
        """Try to become the writer; False at once if another process is."""
        if self.held:
            return True
        try:
            self._lock.acquire()
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:
            raise StoreError(
                f"The folder {self._note.parent} cannot be locked ({error}). Choose a store on a local disk: store=."
            ) from error
        if isinstance(self._lock, SoftFileLock):
            # filelock's stand-in where the disk knows no locks: a file that stays for ever if this process is killed.
            self._lock.release(force=True)
            raise StoreError(
                f"The folder {self._note.parent} is on a disk without file locks. Choose a store on a local disk: "
                "store=."
            )
        self._tell()
        return True

    def _tell(self) -> None:
        note = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        # The note is a courtesy: on a full disk there is none, rather than half of one or that of a dead writer.
        fresh = self._note.with_suffix(".new")
        try:
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(note), encoding="utf-8")
            fresh.replace(self._note)
        except OSError:
            self._note.unlink(missing_ok=True)
            fresh.unlink(missing_ok=True)

    def holder(self) -> dict[str, object]:
        """Give pid, host and time of the writer, as far as it said them."""
        try:
            found = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        """Let another process write."""
        if self.held:
            self._note.unlink(missing_ok=True)
            self._lock.release(force=True)
