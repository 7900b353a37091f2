"""What stands where a file of the store should be, and is none: a folder, a link, a pipe."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.index.aside import set_aside

__all__ = ["WITHIN", "is_own_file", "strangers_aside"]

WITHIN = ("record.sqlite3-wal", "record.sqlite3-shm", "chroma.lock", "chroma.opening")
"""Files that a writer and its child have open: only the next one may rename them."""


def strangers_aside(folder: Path, names: Sequence[str], folders: Sequence[str] = ()) -> list[str]:
    """Rename whatever is there and is no file of its own; gives a sentence for each.

    Parameters
    ----------
    folder
        The store.
    names
        Of files. A link is none: what it leads to may belong to somebody else.
    folders
        Of folders; a link to one is a folder, since a person may keep large files on another disk.
    """
    wanted: list[tuple[str, str, Callable[[Path], bool]]] = [(name, "file", is_own_file) for name in names]
    wanted += [(name, "folder", Path.is_dir) for name in folders]
    return [
        f"{folder / name} was no {kind}; it was set aside as {set_aside(folder / name)}."
        for name, kind, fits in wanted
        if os.path.lexists(folder / name) and not fits(folder / name)
    ]


def is_own_file(path: Path) -> bool:
    """Whether a file is there: no folder, no link, nor a pipe, which would keep whoever reads it waiting."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
