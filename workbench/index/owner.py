"""Whose a store is, and who else may write into its folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import StoreError

__all__ = ["trouble_with"]

_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def trouble_with(folder: Path) -> Iterator[str]:
    """Yield a sentence for each way in which a store's folder is open to others.

    Raises
    ------
    StoreError
        The folder, or the record in it, belongs to somebody else, who could read all that is written there. Only the
        administrator, whom every folder obeys, goes on and is told.
    """
    if not hasattr(os, "getuid"):  # Windows: a folder has what its parent has
        return
    me = os.getuid()
    for path in (folder, folder / "record.sqlite3"):
        if not path.exists():
            continue
        owner = path.stat().st_uid
        if owner == me:
            continue
        said = f"{path} belongs to another user (uid {owner}), who can read what is written there"
        if me != 0:
            raise StoreError(f"{said}. Give a folder of your own: store=.")
        yield f"{said}. Give it to yours with chown, or use another folder: store=."
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & _OTHERS:
        yield f"Others can write into the store folder {folder} (mode {mode:o}). Close it with: chmod 700 {folder}"
