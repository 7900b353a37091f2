"""The machine: processors, memory, and the folders that the workbench writes to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from workbench.doctor.checking import Check, Said, note, ok, problem, size
from workbench.doctor.reading import locked
from workbench.paths import cache_folder, stores_folder

__all__ = ["CHECKS", "room"]

_LITTLE, _TOO_LITTLE = 2e9, 0.2e9
"""Bytes of memory, and of free disk."""
_REMOTE = {"9p", "afs", "cifs", "fuse.sshfs", "nfs", "nfs4", "smb3", "smbfs"}


def _processors() -> Iterator[Said]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield ok(f"{usable} processor threads.")


def _memory() -> Iterator[Said]:
    total, free = _memory_of_machine()
    limit = _limit_of_container()
    if total is None:
        return
    most = min(total, limit or total)
    left = min(most, free if free is not None else most)
    if left < _TOO_LITTLE:
        yield note(f"Only {size(left)} of {size(most)} memory are free.", "Close other programs.")
    elif most < _LITTLE:
        yield note(f"{size(most)} memory in all: enough for the bundled model, not for a map of many chunks.")
    else:
        yield ok(f"{size(left)} of {size(most)} memory are free.")


def _memory_of_machine() -> tuple[float | None, float | None]:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        known = {line.split(":")[0]: float(line.split()[1]) * 1024 for line in lines if len(line.split()) > 1}
        return known["MemTotal"], known.get("MemAvailable")
    except (OSError, ValueError, KeyError):
        with suppress(AttributeError, OSError, ValueError):
            return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")), None
    return None, None


def _limit_of_container() -> float | None:
    with suppress(OSError, ValueError):
        return float(Path("/sys/fs/cgroup/memory.max").read_text("ascii"))
    return None


def _cache() -> Iterator[Said]:
    yield from _folder(cache_folder(), "cache folder", "WORKBENCH_CACHE")


def _stores() -> Iterator[Said]:
    folder = stores_folder()
    yield from _folder(folder, "folder of stores", "WORKBENCH_STORES")
    stores = [one.parent for one in folder.glob("*/record.sqlite3")] if folder.is_dir() else []
    if stores:
        yield ok(f"{len(stores)} default stores are in {folder}.")


def _folder(folder: Path, what: str, variable: str) -> Iterator[Said]:
    remedy = f"Name another folder, on a local disk: `export {variable}=/path/of/a/folder`."
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK) or _read_only(there):
        yield problem(f"The {what} {folder} cannot be written.", remedy)
        return
    if os.name == "posix" and locked(there) is None:
        yield problem(f"The {what} {folder} is on a disk without file locks.", remedy)
        return
    kind = _file_system(there)
    if kind in _REMOTE:
        yield note(f"The {what} {folder} is on another machine's disk ({kind}); locks and speed depend on it.", remedy)
    yield from room(there, what, remedy)


def room(folder: Path, what: str, remedy: str) -> Iterator[Said]:
    """Say how much room the disk of a folder has."""
    free = shutil.disk_usage(folder).free
    said = f"{size(free)} are free on the disk of the {what} {folder}."
    if free < _TOO_LITTLE:
        yield problem(said, remedy)
    elif free < _LITTLE:
        yield note(said, remedy)
    else:
        yield ok(said)


def _read_only(folder: Path) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _file_system(folder: Path) -> str:
    """Give the kind of the file system of a folder; empty where the system does not tell."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    except OSError:
        return ""
    resolved = folder.resolve()
    under = [(len(mount[1]), mount[2]) for mount in mounts if resolved.is_relative_to(mount[1])]
    return max(under)[1] if under else ""


CHECKS = (
    Check("processors", _processors),
    Check("memory", _memory),
    Check("cache", _cache),
    Check("stores", _stores),
)
