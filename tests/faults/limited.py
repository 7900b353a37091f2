"""A process whose files may not grow beyond a limit, which stands for a full disk where none can be mounted.

python -m tests.faults.limited STAGE CORPUS STORE BYTES
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from tests.doubles import WordModel
from workbench import Workbench
from workbench.errors import WorkbenchError

__all__ = ["WIDE", "workbench_on"]

WIDE = 2048
"""Numbers in a vector: 8 KiB each, so that few chunks fill a small disk."""


def workbench_on(corpus: Path, store: Path) -> Workbench:
    """Give a workbench with real lanes and child processes."""
    wb = Workbench(corpus, store=store, model=WordModel(WIDE), llm="extractive")
    wb.choose(chunk_size=8, chunk_overlap=2)
    return wb


def run(stage: str, corpus: Path, store: Path, limit: int) -> dict[str, Any]:
    """Prepare what the stage needs, limit the files, and say what became of it."""
    with workbench_on(corpus, store) as wb:
        if stage in ("map", "save"):
            wb.embed()
            wb.lanes["index"].wait_idle(120)
        if stage == "save":
            wb.map()
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        began, error = time.monotonic(), None
        try:
            if stage == "map":
                wb.map()
            elif stage == "save":
                wb.save_map(store.parent / "map.html")
            else:
                wb.embed()
                wb.lanes["index"].wait_idle(120)
        except WorkbenchError as raised:
            error = raised
        shown = error or wb.error
        said = {"kind": type(shown).__name__, "text": str(shown or ""), "raised": error is not None}
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return {**said, "seconds": time.monotonic() - began, "embedded": wb.embedded, "status": wb.status}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))))  # noqa: T201
