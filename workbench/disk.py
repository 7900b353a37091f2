"""Files that are written whole or not at all, and sentences for a disk that has no room."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir

from workbench.errors import NotWritten
from workbench.paths import make_private
from workbench.seam import passing

__all__ = [
    "ELSEWHERE",
    "is_full",
    "made",
    "measured",
    "require_room",
    "scratch",
    "scratch_room",
    "write_whole",
    "writing",
]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
ELSEWHERE = "Make room there, or set TMPDIR to a folder on another disk, and start again."
_ADVICE = "Make room there, or choose another place."


def is_full(error: OSError) -> bool:
    """Whether there is no room: on the disk, in the person's quota, or under a limit of the size of files."""
    return error.errno in _FULL


def measured(place: Path, needed: int | None = None) -> str:
    """Say how many bytes were to be written at a place, where that is known, and how many are free there."""
    wanted = "" if needed is None else f"about {needed:,} bytes were to be written"
    try:
        free = f"{shutil.disk_usage(_there(place)).free:,} bytes are free there"
    except OSError:
        free = ""
    return " and ".join(part for part in (wanted, free) if part) or "the disk does not say how much is free"


def made(folder: Path, advice: str = _ADVICE) -> Path:
    """Make a folder for its owner alone, and those above it, where it is not there; raises as `writing`."""
    with writing(folder, None, advice):
        make_private(folder)
    return folder


def require_room(folder: Path, needed: int) -> None:
    """Take so many bytes for a moment, and raise OSError where there are not so many: not every library says so."""
    with TemporaryFile(dir=folder) as file:
        passing("file", folder)
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, max(1, needed))
        elif shutil.disk_usage(folder).free < needed:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def scratch_room() -> tuple[Path, int]:
    """Give the folder in which `scratch` lends others, and the bytes that are free there."""
    place = Path(gettempdir())
    return place, shutil.disk_usage(place).free


@contextmanager
def scratch() -> Iterator[Path]:
    """Lend a folder that is gone afterwards; raises as `writing`."""
    with writing(Path(gettempdir()), None, ELSEWHERE):
        folder = TemporaryDirectory(prefix="workbench-")
    with folder as name:
        yield Path(name)


def write_whole(path: Path, content: bytes | str, advice: str = _ADVICE) -> Path:
    """Write a file beside its place and rename it, so that half a file is never there and an older one stays.

    Parameters
    ----------
    path
        Its folder must be there.
    content
        Text is written in UTF-8.
    advice
        What to do where it cannot be written.

    Raises
    ------
    NotWritten
        There is no room, or no permission.
    """
    data = content.encode() if isinstance(content, str) else content
    target = path.resolve()
    beside = target.with_name(f".{os.getpid()}-{threading.get_ident()}.part")
    try:
        with writing(path, len(data), advice):
            beside.write_bytes(data)
            passing("file", path)
            beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    return path


@contextmanager
def writing(path: Path, needed: int | None, advice: str = _ADVICE) -> Iterator[None]:
    """Pass the seam, and raise what the disk refuses inside as `NotWritten`: where, how much, and what to do."""
    try:
        passing("file", path)
        yield
    except NotWritten:
        raise
    except OSError as error:
        raise NotWritten(
            f"{path} could not be written ({error.strerror or error}): {measured(path, needed)}. {advice}"
        ) from error


def _there(place: Path) -> Path:
    """Give the place, or the nearest folder above it that is there."""
    return next((path for path in (place, *place.parents) if path.exists()), Path())
