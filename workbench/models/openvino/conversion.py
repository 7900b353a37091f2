"""Converted models in the cache: made once, in a process of its own, and kept with the verdict."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

from workbench.errors import Cancelled, ModelError, NotWritten
from workbench.models.openvino.turns import STOPPED, turn
from workbench.paths import models_folder

__all__ = ["CONVERSION", "Unsupported", "converted", "run_apart"]

CONVERSION = "3"
"""Raised when `convert` changes what it writes, so that older files are not used."""

_LOOK = 0.1
_LONGEST = 500
"""Characters of a complaint that are repeated."""
_INTERRUPTED = (-signal.SIGINT, 128 + signal.SIGINT)
_REFUSED = "refused.json"


class Unsupported(ModelError):
    """The model cannot be run by OpenVINO as it is by torch."""


def converted(source: Path, name: str, digest: str, cancel: Event | None = None) -> Path:
    """Give the folder of a converted model, made now if it is not in the cache.

    Parameters
    ----------
    source
        Folder of a sentence-transformers model, or of a plain transformers model, which is then mean-pooled.
    name
        For the folder's name.
    digest
        Hex digits that change with the weights.
    cancel
        Set it to stop.

    Raises
    ------
    Unsupported
        OpenVINO cannot convert it, it has no fast tokenizer, or its vectors would differ by more than 1e-4. The
        verdict is kept.
    ModelError
        The conversion failed otherwise: no room, or no permission.
    Cancelled
        `cancel` was set.
    """
    target = models_folder() / f"{_slug(name)}-{digest[:12]}-{CONVERSION}"
    if not _is_made(target):
        with turn(target.with_name(f"{target.name}.lock"), cancel):
            if not _is_made(target):  # by another process, while this one waited
                _make(source, name, target, cancel)
    if (target / _REFUSED).exists():
        reason = json.loads((target / _REFUSED).read_text(encoding="utf-8"))["reason"]
        raise Unsupported(f'{name} cannot run on OpenVINO: {reason}. Use it with backend="torch".')
    return target


def _is_made(target: Path) -> bool:
    return (target / "model.xml").exists() or (target / _REFUSED).exists()


def _make(source: Path, name: str, target: Path, cancel: Event | None) -> None:
    said = run_apart("workbench.models.openvino.convert", [str(source), str(target)], cancel)
    if said:
        raise ModelError(
            f"{name} could not be converted for OpenVINO into {target.parent}: {said}. Check that the folder can "
            "be written and has room for the model; set WORKBENCH_CACHE to use another."
        )


def run_apart(module: str, arguments: list[str], cancel: Event | None = None) -> str:
    """Run a module in a process of its own; give the last line of its complaint, empty if it has none.

    Raises
    ------
    Cancelled
        `cancel` was set, or Ctrl-C reached the process, as it does all of a kernel's; it is gone.
    """
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        while True:
            try:
                _, complaint = process.communicate(timeout=_LOOK)
                break
            except subprocess.TimeoutExpired:
                if cancel is not None and cancel.is_set():
                    process.kill()
                    raise Cancelled(STOPPED) from None
    if process.returncode in _INTERRUPTED:
        raise Cancelled("Making the model ready was interrupted; choose it again to go on.")
    if process.returncode == 0:
        return ""
    said = (complaint.strip().splitlines() or [f"it ended with status {process.returncode}"])[-1]
    return said.removeprefix(f"{NotWritten.__module__}.{NotWritten.__name__}: ")[:_LONGEST]


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", name.rpartition("/")[2]).strip("-.")[:60] or "model"
