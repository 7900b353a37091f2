"""Each contender in a process of its own, so that neither memory nor threads of one touch the other."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

QUIET = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true", "ANONYMIZED_TELEMETRY": "False"}


def measured(module: str, name: str, **arguments: object) -> dict[str, Any]:
    """Run `name(**arguments)` of a module in a fresh process; give what it returns and its peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, name, json.dumps(arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **QUIET},
    )
    if done.returncode:
        raise SystemExit(f"{module}.{name} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def answer(functions: Mapping[str, Any]) -> None:
    """In the fresh process: call the function that is named, and print what it returns."""
    result = functions[sys.argv[1]](**json.loads(sys.argv[2]))
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))


def bars(rows: Mapping[str, float], unit: str, width: int = 40) -> str:
    """Draw one bar a row."""
    most = max(rows.values())
    return "\n".join(
        f"  {name:34} {'█' * max(1, round(width * value / most)):{width}} {value:,.1f} {unit}"
        for name, value in rows.items()
    )
