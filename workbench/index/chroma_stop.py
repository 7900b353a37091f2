"""Asking a process that fills the Chroma index to leave it, since to kill it there may tear what it writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from workbench.disk import scratch
from workbench.errors import Cancelled

__all__ = ["Stop", "chroma_turn", "stop_for"]


def chroma_turn(store: Path) -> FileLock:
    """Give the lock that a process holds as long as it has the Chroma index of a store open."""
    return FileLock(store / "chroma.lock", mode=0o600)


@dataclass(frozen=True)
class Stop:
    """A request to stop, which processes share: it stands once its file is there.

    Attributes
    ----------
    store
        The store whose index is filled.
    file
        In a folder of its own, so that no request outlives those that know of it.
    """

    store: str
    file: str

    def check(self) -> None:
        """Raise `Cancelled` if it was asked for; in the process that fills, between batches."""
        if Path(self.file).exists():
            raise Cancelled(
                "Filling the Chroma index was stopped between two batches. It goes on when the corpus is opened next, "
                "or call wb.rebuild_index()."
            )

    def ask(self) -> bool:
        """Ask for it, and tell whether nobody has the index open by now: then its process can be killed."""
        turn = chroma_turn(Path(self.store))
        try:
            Path(self.file).touch()
            turn.acquire(blocking=False)
        except OSError:  # somebody has it open, or it cannot be asked for: a disk is full
            return False
        turn.release()
        return True


@contextmanager
def stop_for(store: Path) -> Iterator[Stop]:
    """Lend a request that can be handed to the process that fills; raises as `scratch`."""
    with scratch() as folder:
        yield Stop(str(store), str(folder / "stop"))
