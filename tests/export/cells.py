"""Cells run as a person runs them: in a fresh process that has never heard of the workbench."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Ran", "run_cells"]

HARNESS = """
import json, sys, traceback
ran = {}
for name, code in json.load(open(sys.argv[1])).items():
    space = {"__name__": "__main__"}
    try:
        exec(compile(code, name, "exec"), space)
    except Exception:
        ran[name] = {"problem": traceback.format_exc()}
        continue
    kept = ("ids", "messages", "answer", "marks")
    ran[name] = {key: space[key] for key in kept if key in space}
    ran[name]["scores"] = [float(score) for score in space["scores"]]
ours = [name for name in sys.modules if name.partition(".")[0] in ("workbench", "tests")]
json.dump({"ran": ran, "ours": ours}, open(sys.argv[2], "w"))
"""


@dataclass(frozen=True)
class Ran:
    """What a cell set."""

    ids: list[str] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    messages: list[dict[str, str]] = field(default_factory=list)
    answer: str = ""
    problem: str = ""


def run_cells(cells: Mapping[str, str], folder: Path, **environment: str) -> dict[str, Ran]:
    """Run cells one after the other, each with names of its own, in a process without the workbench."""
    asked, said = folder / "cells.json", folder / "ran.json"
    asked.write_text(json.dumps(dict(cells)))
    away = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "OPENAI_API_KEY")}
    command = [sys.executable, "-c", HARNESS, str(asked), str(said)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=folder, timeout=280,
        env={**away, "HF_HUB_OFFLINE": "1", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(said.read_text())
    assert found["ours"] == []
    return {name: Ran(**ran) for name, ran in found["ran"].items()}
