"""What is damaged is renamed, never deleted: a person may still want to look at it."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

from workbench.seam import passing

__all__ = ["set_aside"]


def set_aside(*paths: Path) -> str:
    """Rename files or folders of one folder to `<name>.damaged-<time>`; gives the new name of the first.

    Those that are not there are passed over. All get the same ending, one that no earlier damage has.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S")
    endings = itertools.chain([stamp], (f"{stamp}-{count}" for count in itertools.count(2)))
    for ending in endings:
        renamed = [path.with_name(f"{path.name}.damaged-{ending}") for path in paths]
        if not any(os.path.lexists(name) for name in renamed):
            break
    for path, name in zip(paths, renamed, strict=True):
        if os.path.lexists(path):  # a link that leads nowhere is in the way too
            passing("file", path)
            path.rename(name)
    return renamed[0].name
