"""A disk of a few megabytes that can be filled to the byte, and what an error says of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["Disk", "small_disk", "told"]

NUMBERS = re.compile(r"about ([\d,]+) bytes were to be written and ([\d,]+) bytes are free there")


class Disk:
    """A tmpfs of 6 MiB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def free(self) -> int:
        return shutil.disk_usage(self.folder).free

    def leave(self, room: int) -> None:
        """Fill the disk until so many bytes are free."""
        self.clear()
        size = self.free - room
        with (self.folder / "ballast").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        assert abs(self.free - room) <= 4096

    def clear(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Mount one; the test is skipped where that cannot be."""
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk, and this is not Linux or not root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder]
    mounted = subprocess.run(mount, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"this machine mounts no tmpfs: {mounted.stderr.decode().strip()}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def told(error: object, folder: Path) -> tuple[int, int]:
    """See that an error names the folder; gives the bytes needed and free that it says."""
    assert str(folder) in str(error)
    assert "unforeseen" not in str(error)
    found = NUMBERS.search(str(error))
    assert found, str(error)
    needed, free = (int(number.replace(",", "")) for number in found.groups())
    return needed, free
