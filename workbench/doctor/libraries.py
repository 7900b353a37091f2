"""Whether the compiled libraries load: in processes of their own, since one that does not fit can end its process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from workbench.doctor.checking import Check, Said, note, ok, problem
from workbench.doctor.processes import environment

__all__ = ["CHECKS"]

_SECONDS = 60.0
_QUIETLY = "from workbench.models.openvino.quiet import refuse_telemetry; refuse_telemetry()"
_TRIED = {
    "openvino": f"{_QUIETLY}; import openvino; assert 'CPU' in openvino.Core().available_devices, 'it finds no CPU'",
    "torch": "import torch; assert float(torch.ones(3).sum()) == 3.0",
    "numba": "import numba; assert numba.njit(lambda x: x + 1)(1) == 2",
    "plotly": "import plotly.graph_objects as go; go.FigureWidget()",
}


def _libraries() -> Iterator[Said]:
    started = {name: _start(code) for name, code in _TRIED.items()}
    until = time.monotonic() + _SECONDS
    wrong: list[Said] = []
    for name, process in started.items():
        wrong += _ended(name, process, max(0.1, until - time.monotonic()))
    yield from wrong
    if not wrong:
        yield ok(f"{', '.join(_TRIED)} load and work.")


def _start(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - ours, and no shell
        [sys.executable, "-W", "ignore", "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=environment(),
    )


def _ended(name: str, process: subprocess.Popen[str], seconds: float) -> Iterator[Said]:
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        yield note(f"{name} was not loaded after {_SECONDS:.0f} s; the machine may be busy.")
        return
    if process.returncode:
        last = (said.strip().splitlines() or ["it said nothing"])[-1]
        how = f"ended its process with signal {-process.returncode}" if process.returncode < 0 else "does not load"
        yield problem(
            f"{name} {how}: {last[:300]}",
            f"Install it again: `python -m pip install --force-reinstall --no-deps {name}`.",
        )


CHECKS = (Check("libraries", _libraries),)
