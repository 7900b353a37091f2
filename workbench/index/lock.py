"""One writer a store: a lock that the operating system takes back when its process dies."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

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
        self._lock = FileLock(folder / "lock", blocking=False, thread_local=False)

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
        note = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._note.write_text(json.dumps(note), encoding="utf-8")
        return True

    def holder(self) -> dict[str, object]:
        """Give pid, host and time of the writer, as far as it said them."""
        try:
            found = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        """Let another process write."""
        if self.held:
            self._note.unlink(missing_ok=True)
            self._lock.release(force=True)
