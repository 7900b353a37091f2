"""Vectors on disk: raw float32 rows, appended and synced before they are committed, memory-mapped to be read."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workbench.errors import StoreDamaged
from workbench.seam import passing

__all__ = ["VectorFile"]

_BYTES = 4


class VectorFile:
    """One file of little-endian float32 rows of one length.

    The number of rows that count is kept elsewhere, in the record's tables: what lies behind them is the torn
    tail of a killed process, and the next `write` covers it.

    Parameters
    ----------
    path
        The file; made at the first write, for its owner alone.
    dimensions
        Numbers in a row.
    """

    def __init__(self, path: Path, dimensions: int) -> None:
        self.path = path
        self.dimensions = dimensions

    @property
    def rows(self) -> int:
        """Whole rows in the file."""
        return self.path.stat().st_size // (_BYTES * self.dimensions) if self.path.exists() else 0

    def write(self, start: int, vectors: np.ndarray) -> None:
        """Write float32 (n, dimensions) from row `start` on, and wait until the disk has them.

        Raises
        ------
        StoreDamaged
            The file ends before `start`: writing there would leave zeros in between.
        """
        if self.rows < start:
            raise self._cut_off(start)
        passing("file", self.path)
        with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+b") as file:
            file.seek(start * self.dimensions * _BYTES)
            passing("file", self.path)
            file.write(vectors.astype("<f4", copy=False).tobytes())
            file.flush()
            passing("file", self.path)
            os.fsync(file.fileno())

    def read(self, positions: np.ndarray) -> np.ndarray:
        """Give float32 (n, dimensions): a view of the file where the positions follow each other, else a copy.

        Raises
        ------
        StoreDamaged
            The file is shorter than its rows.
        """
        if not len(positions):
            return np.empty((0, self.dimensions), dtype=np.float32)
        there, last = self.rows, int(positions.max())
        if last >= there:
            raise self._cut_off(last + 1)
        mapped = self._mapped(there)
        first = int(positions[0])
        if np.array_equal(positions, np.arange(first, first + len(positions))):
            return mapped[first : first + len(positions)]
        return mapped[positions]

    def sound(self, rows: Sequence[tuple[object, object]]) -> list[bool]:
        """Tell which vectors are what was committed, given (position, CRC-32) of each."""
        there = self.rows
        if not there:
            return [False] * len(rows)
        mapped = self._mapped(there)
        return [isinstance(at, int) and 0 <= at < there and zlib.crc32(mapped[at]) == checksum for at, checksum in rows]

    def _mapped(self, rows: int) -> np.ndarray:
        # As a plain array: the subclass would follow its rows into every result.
        return np.memmap(self.path, dtype="<f4", mode="r", shape=(rows, self.dimensions)).view(np.ndarray)

    def _cut_off(self, expected: int) -> StoreDamaged:
        return StoreDamaged(
            f"The vectors in {self.path} are cut off: {self.rows} rows are there, {expected} were expected. "
            "Close the workbench and open it again: what is missing is found and embedded anew."
        )
