"""Vectors on disk: raw float32 rows, appended and synced before they are committed, memory-mapped to be read."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from workbench.errors import StoreDamaged

__all__ = ["VectorFile"]

_BYTES = 4


class VectorFile:
    """One file of little-endian float32 rows of one length.

    The number of rows that count is kept elsewhere, in the record's tables: what lies behind them is the torn
    tail of a killed process, and the next `write` covers it.

    Parameters
    ----------
    path
        The file; made at the first write.
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
        """Write float32 (n, dimensions) from row `start` on, and wait until the disk has them."""
        with self.path.open("r+b" if self.path.exists() else "w+b") as file:
            file.seek(start * self.dimensions * _BYTES)
            file.write(vectors.astype("<f4", copy=False).tobytes())
            file.flush()
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
        if int(positions.max()) >= self.rows:
            raise StoreDamaged(
                f"The vectors in {self.path} are cut off: {self.rows} rows are there, row {int(positions.max()) + 1} "
                "was asked for. Close the workbench and open it again: what is missing is found and embedded anew."
            )
        mapped = np.memmap(self.path, dtype="<f4", mode="r", shape=(self.rows, self.dimensions))
        first = int(positions[0])
        if len(positions) == 1 or np.array_equal(positions, np.arange(first, first + len(positions))):
            return mapped[first : first + len(positions)]
        return mapped[positions]
