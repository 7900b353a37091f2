"""The seam: every write, commit, Chroma call and reply passes here first, so that a test can fail the Nth of them.

SQLite is tested in this way: fail the first call, then the second, until a run ends without having met a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

__all__ = ["Kind", "armed", "passing"]

Kind = Literal["file", "tables", "index", "reply"]
"""What is about to be used: the disk, SQLite, Chroma, or an HTTP reply."""

_plan: Callable[[Kind, str], None] | None = None


def passing(kind: Kind, what: object) -> None:
    """Go on, unless a test is there to stop it.

    Parameters
    ----------
    kind
        Says which errors can be met.
    what
        Path, statement, call or address.
    """
    if _plan is not None:
        _plan(kind, str(what))


@contextmanager
def armed(plan: Callable[[Kind, str], None]) -> Iterator[None]:
    """Have `plan(kind, what)` called at each passage of this process, on any thread; what it raises is the fault."""
    global _plan  # noqa: PLW0603 - one seam a process: a fault does not ask who is writing
    before, _plan = _plan, plan
    try:
        yield
    finally:
        _plan = before
