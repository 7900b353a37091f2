"""Conversions in forks of one process that has imported torch: importing it takes most of a small model's."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from multiprocessing import reduction
from tempfile import TemporaryFile
from threading import Event

from workbench.models.openvino import conversion

__all__ = ["run_apart"]

_usual = conversion.run_apart


def run_apart(module: str, arguments: list[str], cancel: Event | None = None) -> str:
    """Do what `conversion.run_apart` does, where nothing is cancelled; where processes cannot fork, as it does it."""
    assert cancel is None or not cancel.is_set()
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return _usual(module, arguments, cancel)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.models.warmed"])
    with TemporaryFile() as said:
        process = context.Process(target=_run, args=(module, arguments, reduction.DupFd(said.fileno())))
        process.start()
        process.join()
        said.seek(0)
        return "" if process.exitcode == 0 else said.read().decode().strip().splitlines()[-1]


def _run(module: str, arguments: list[str], said: reduction.DupFd) -> None:
    os.dup2(said.detach(), 2)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__")
