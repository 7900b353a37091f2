"""A look at SQLite's write-ahead log: of a damaged one SQLite drops the end, or all, without a word.

Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

from __future__ import annotations

import struct
from pathlib import Path

from workbench.index.strangers import is_own_file

__all__ = ["committed_frames"]

_HEAD, _FRAME = 32, 24
_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
"""The first number of a log, and the order of bytes in which its checksums are reckoned."""


def committed_frames(log: Path) -> int:
    """Give the frames up to the last commit that was written to a log, sound or not; 0 where there is none.

    A commit that was cut off with its log leaves no trace, as one that was never made. Where the log does not begin
    as one, the frames that its size has room for are given.
    """
    if not is_own_file(log):
        return 0
    size = log.stat().st_size
    with log.open("rb") as file:
        head = file.read(_HEAD)
        if len(head) < _HEAD:
            return 0
        length = _FRAME + struct.unpack(">I", head[8:12])[0]
        if not _is_sound(head):
            return 1 + size // (_FRAME + 512)
        last = 0
        for number in range((size - _HEAD) // length):
            file.seek(_HEAD + number * length)
            frame = file.read(_FRAME)
            # What an earlier round of the log has left has other salts.
            if frame[8:16] == head[16:24] and frame[4:8] != bytes(4):
                last = number + 1
    return last


def _is_sound(head: bytes) -> bool:
    order = _MAGIC.get(struct.unpack(">I", head[:4])[0])
    if order is None:
        return False
    first = second = 0
    words = struct.unpack(f"{order}6I", head[:24])
    for left, right in zip(words[::2], words[1::2], strict=True):
        first = (first + left + second) & 0xFFFFFFFF
        second = (second + right + first) & 0xFFFFFFFF
    return (first, second) == struct.unpack(">2I", head[24:])
