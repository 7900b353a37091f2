"""Boundaries and token counts of documents, kept in the record between sessions."""

from __future__ import annotations

import zlib
from collections import UserDict
from typing import Any

import numpy as np

from workbench.index.record import Record

__all__ = ["KeptInRecord"]

_WIDTHS = {"spans": 2, "counts": 1}
_SUM = 5
"""Bytes behind the numbers: their CRC-32, since a changed one would cut a document in the wrong place, and a 1, by
which they are told from those of earlier versions, which had none."""


class KeptInRecord(UserDict[bytes, np.ndarray]):
    """What is known of documents by their content: read when made, written by `save`.

    Parameters
    ----------
    record
        The store's record; where this process may only read, nothing is written.
    kind
        `spans`, int32 (n, 2), or `counts`, int32 (n,).
    rule
        All that decides the values beside the document: tokenizer, size, overlap. Empty where the tokenizer does not
        say which it is; then nothing is kept between sessions.
    """

    def __init__(self, record: Record, kind: str, rule: str) -> None:
        self._record, self._kind, self._rule = record, kind, f"{kind} {rule}" if rule else ""
        self._fresh: set[bytes] = set()
        super().__init__()
        for key, value in _read(record, self._rule) if rule else ():
            numbers = self._numbers(key, value)
            if numbers is not None:  # anything else is damage, and is made anew
                self.data[key] = self._array(numbers)

    def __setitem__(self, key: bytes, value: np.ndarray) -> None:
        self._fresh.add(key)
        self.data[key] = value

    def save(self) -> None:
        """Write what is new."""
        if self._rule and self._fresh and self._record.writable:
            contents = {key: self.data[key].astype("<i4").tobytes() for key in self._fresh}
            rows = [(self._rule, key, held + _checksum(self._rule, key, held)) for key, held in contents.items()]
            self._record.execute("INSERT OR REPLACE INTO kept (rule, key, value) VALUES (?, ?, ?)", rows)
            self._fresh.clear()

    def _numbers(self, key: object, value: object) -> bytes | None:
        if not (isinstance(key, bytes) and isinstance(value, bytes)):
            return None
        width = 4 * _WIDTHS[self._kind]
        if len(value) % width == 0:
            return value
        numbers = value[:-_SUM]
        sound = len(numbers) % width == 0 and value[-_SUM:] == _checksum(self._rule, key, numbers)
        return numbers if sound else None

    def _array(self, value: bytes) -> np.ndarray:
        numbers = np.frombuffer(value, dtype="<i4")
        return numbers.reshape(-1, 2) if _WIDTHS[self._kind] == 2 else numbers


def _checksum(rule: str, key: bytes, numbers: bytes) -> bytes:
    return zlib.crc32(rule.encode() + key + numbers).to_bytes(_SUM - 1, "little") + b"\1"


def _read(record: Record, rule: str) -> list[tuple[Any, ...]]:
    if not record.query("SELECT 1 FROM sqlite_master WHERE name = 'kept'"):
        return []  # a record from before there was any, open to be read alone
    return record.query("SELECT key, value FROM kept WHERE rule = ?", (rule,))
