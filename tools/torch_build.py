"""Choose PyTorch's build: on Linux a plain `pip install torch` takes gigabytes of CUDA, needed or not."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.downloads import TORCH_MB, UV_MB
from tools.shell import run, say, succeeds, words_of


@dataclass(frozen=True)
class TorchBuild:
    """Which PyTorch to install, and how."""

    command: tuple[str, ...]
    """Installs it when run."""
    kind: str
    """`CPU` or `CUDA`."""
    source: str
    """Where it comes from, in words."""

    def __str__(self) -> str:
        """Say build, size and source in one line."""
        return f"PyTorch, {self.kind} build, about {TORCH_MB[self.kind]:,} MB, from {self.source}"


def nvidia_gpu() -> bool:
    """Tell whether an NVIDIA driver is installed."""
    return shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia").exists()


def choose(python: Path, pin: str, uv_pin: str, lock: Path) -> TorchBuild:
    """Find the smallest PyTorch that uses this machine's hardware.

    Parameters
    ----------
    python
        The interpreter of the virtual environment.
    pin, uv_pin
        `torch==...` and `uv==...` as the lock has them.
    lock
        Keeps what a CUDA build brings with it to the locked versions.
    """
    pip = (str(python), "-m", "pip")
    alone = (*pip, "install", "--no-deps", pin)
    if not sys.platform.startswith("linux"):
        return TorchBuild(alone, "CPU", "pip as it is set up here")
    with_libraries = TorchBuild((*pip, "install", "-c", str(lock), pin), "CUDA", "pip as it is set up here")
    if nvidia_gpu():
        return with_libraries
    if pip_offers_cpu(pip, pin):
        return TorchBuild(alone, "CPU", "pip as it is set up here, which offers one")
    uv = find_uv(pip, python, uv_pin)
    command = (*uv, "pip", "install", "--python", str(python), "--no-deps", "--torch-backend=cpu", pin)
    if reachable((*command, "--dry-run", "--reinstall")):
        return TorchBuild(command, "CPU", "PyTorch's own index")
    say(
        "PyTorch's own index, which has the small CPU build, cannot be reached from here, and pip as it is set up "
        "offers none. The build with CUDA follows, although no NVIDIA GPU was found. To avoid it stop now, put a "
        "CPU wheel where pip looks (find-links or extra-index-url) and run the same command again."
    )
    return with_libraries


def pip_offers_cpu(pip: Sequence[str], pin: str) -> bool:
    """Tell whether pip's own settings lead to a wheel marked `+cpu`; pip prefers that one to the plain version."""
    version = pin.partition("==")[2]
    offered = words_of((*pip, "index", "versions", "torch"), seconds=60)
    listed = re.search(r"^Available versions: (.*)$", offered, re.MULTILINE)
    return listed is not None and f"{version}+cpu" in listed.group(1).split(", ")


def find_uv(pip: Sequence[str], python: Path, uv_pin: str) -> tuple[str, ...]:
    """Give the command that starts uv, and install it in the environment where there is none."""
    if found := shutil.which("uv"):
        return (found,)
    if not succeeds((str(python), "-m", "uv", "--version"), seconds=20):
        say(f"uv (about {UV_MB} MB), to ask PyTorch's index for the small CPU build")
        run((*pip, "install", "--quiet", "--no-deps", uv_pin), "Check the network, then run the same command again.")
    return (str(python), "-m", "uv")


def reachable(dry_run: Sequence[str]) -> bool:
    """Tell within 30 seconds whether uv can find the build."""
    short = {"UV_HTTP_TIMEOUT": "10", "UV_HTTP_CONNECT_TIMEOUT": "5", "UV_HTTP_RETRIES": "0"}
    return succeeds(dry_run, seconds=30, env={**os.environ, **short})
