"""Files that were handed over in the browser: kept in the cache, and which of them nobody needs any more."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

from workbench.paths import uploads_folder

__all__ = ["OLD", "old_uploads"]

OLD = 7 * 24 * 3600.0
"""Seconds after which an upload that is not open here counts as old: another notebook may still read a younger one."""


def old_uploads(open_now: Collection[Path] = ()) -> list[Path]:
    """Give the folders of uploads that are a week old.

    Parameters
    ----------
    open_now
        Folders that are read as a corpus now.
    """
    folder = uploads_folder()
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [one for one in found if one.is_dir() and one / "files" not in open_now and _age(one) > OLD]


def _age(folder: Path) -> float:
    try:
        # Files handed over once more are written once more.
        return time.time() - max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:  # another notebook writes or removes it now
        return 0.0
