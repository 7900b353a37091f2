"""What can happen to a file of a store."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["DAMAGES", "files_of", "flip", "flips"]


def _missing(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _one_byte_less(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _garbage(path: Path) -> None:
    path.write_bytes(random.Random(path.stat().st_size).randbytes(path.stat().st_size))


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside.txt").write_text("somebody's")


def _link_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("there-is-no-such-file"))


def _link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _link_to_a_file(path: Path) -> None:
    elsewhere = path.with_name(f"{path.name}.elsewhere")
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "missing": _missing,
    "empty": _empty,
    "half": _half,
    "one byte less": _one_byte_less,
    "garbage": _garbage,
    "zeros": _zeros,
    "a folder": _folder,
    "a link to nowhere": _link_nowhere,
    "a link to itself": _link_to_itself,
    "a link to a file": _link_to_a_file,
    "a pipe": _pipe,
}


def flip(path: Path, place: int, bit: int) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)


def flips(path: Path, count: int, seed: int, head: int = 0) -> Iterator[tuple[int, int]]:
    """Give (byte, bit) of bits to flip: each in the first `head` bytes once, then `count` anywhere."""
    chance = random.Random(seed)
    size = path.stat().st_size
    for place in range(min(head, size)):
        yield place, chance.randrange(8)
    for _ in range(count if size else 0):
        yield chance.randrange(size), chance.randrange(8)


def files_of(store: Path) -> list[str]:
    """List the files of a store, by their path below it."""
    return sorted(str(path.relative_to(store)) for path in store.rglob("*") if path.is_file())
