"""A store: the folder that holds one record, its vectors, the Chroma index and the writer's lock."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from workbench.errors import StoreDamaged, StoreError, StoreLocked
from workbench.index.aside import set_aside
from workbench.index.leftovers import size_of
from workbench.index.lock import WriterLock
from workbench.index.owner import trouble_with
from workbench.index.record import Record
from workbench.index.strangers import WITHIN, strangers_aside
from workbench.paths import make_private

__all__ = ["Store", "open_store"]

_open: dict[Path, Store] = {}
_registry = threading.RLock()


class Store:
    """An open store, one a resolved path in a process; made by `open_store`.

    Attributes
    ----------
    path
        The folder.
    record
        Chunks and vectors.
    embedding
        Held by the job that embeds: two workbenches on one store take turns.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._notes: list[str] = list(trouble_with(path))
        self.embedding = threading.Lock()
        self.users = 0
        self._lock = WriterLock(path)
        self._lock.take()
        try:
            self.record = self._open_record()
        except BaseException:
            # Nobody could close this store, and a lock on it would last as long as the process.
            self._lock.release()
            raise

    @property
    def notes(self) -> list[str]:
        """What was found and mended, when it was opened and since, a sentence each."""
        return [*self._notes, *self.record.notes]

    def note(self, sentence: str) -> None:
        """Keep what was found and mended by those who use the store."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    @property
    def writable(self) -> bool:
        """Whether this process is the writer."""
        return self._lock.held

    @property
    def holder(self) -> dict[str, object] | None:
        """The process that is the writer (pid, host, since), if it is another one."""
        return None if self.writable else self._lock.holder()

    def require_writer(self) -> None:
        """Do nothing in the writer's process.

        Raises
        ------
        StoreLocked
            Another process is the writer; says which.
        """
        if self._still_writer() or self._become_writer():
            return
        holder = self._lock.holder()
        raise StoreLocked(
            f"The store {self.path} is being written by process {holder.get('pid', 'unknown')} on "
            f"{holder.get('host', 'an unknown host')}. This one can search and ask, but not embed. Close the other "
            "notebook (or shut its kernel down) and call wb.refresh(), or choose another folder with store=."
        )

    def refresh(self) -> None:
        """Become the writer if nobody is any more; new commits of another process are seen in any case."""
        if self.users and not self._still_writer() and not self._become_writer():
            self.record.refresh()

    def size_bytes(self) -> int:
        """Give the bytes of all files in the folder."""
        return size_of(self.path)

    def close(self) -> None:
        """Give the store back; the last user in the process closes it and lets the lock go."""
        with _registry:
            self.users -= 1
            if self.users != 0:
                return
            if _open.get(self.path) is self:
                del _open[self.path]
            self.record.close()
            self._lock.release()

    def _still_writer(self) -> bool:
        """Whether this process is the writer, of the record that is in the folder."""
        return self.record.writable and not self.record.missing

    def _become_writer(self) -> bool:
        with _registry:
            # A store that its last user has closed must not take the lock again: nobody would let it go.
            if self.users < 1:
                return False
            if self._still_writer():
                return True
            _make(self.path)
            if not self._lock.take():
                return False
            try:
                self._promote()
            except BaseException:
                self._lock.release()
                raise
            return True

    def _promote(self) -> None:
        try:
            self.record.become_writer()
        except StoreDamaged as error:
            self._begin_anew(error)
            self.record.become_writer()

    def _holds(self) -> bool:
        return self._lock.held

    def _open_record(self) -> Record:
        if self.writable:
            self._notes += strangers_aside(self.path, WITHIN, ("vectors",))
        try:
            record = Record(self.path, self.writable, self._holds)
        except StoreDamaged as error:
            if not self.writable:
                raise
            self._begin_anew(error)
            record = Record(self.path, writable=True, holds=self._holds)
        return record

    def _begin_anew(self, error: StoreDamaged) -> None:
        names = ("record.sqlite3", "record.sqlite3-wal", "record.sqlite3-shm", "vectors")
        aside = set_aside(*(self.path / name for name in names))
        self._notes.append(f"{error} It was set aside as {aside}; a new record was begun. Embed the corpus again.")


def open_store(path: Path) -> Store:
    """Open a store, or join it where this process has it open already; the folder is made if it is not there.

    Parameters
    ----------
    path
        Any spelling of the folder: it is resolved.

    Raises
    ------
    StoreError
        The folder cannot be made, written or locked, or a newer workbench wrote it.
    """
    resolved = path.expanduser().resolve()
    with _registry:
        store = _open.get(resolved)
        if store is None:
            _make(resolved)
            store = _open[resolved] = Store(resolved)
        elif store.record.missing:
            store.refresh()
        store.users += 1
        return store


def _make(folder: Path) -> None:
    try:
        make_private(folder)
    except OSError as error:
        raise StoreError(
            f"The store folder {folder} cannot be made ({error.strerror}). Give a folder that can be written: store=."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"The store folder {folder} cannot be written. Give another one: store=.")


def _after_fork() -> None:
    """Begin a forked process without stores: those of its parent are closed in it, and it is no writer."""
    _open.clear()
    _registry.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_registry.acquire, after_in_parent=_registry.release, after_in_child=_after_fork)
