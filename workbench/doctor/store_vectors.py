"""The vector files: every row there, every checksum right, every number finite, and each of use."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from workbench.doctor.checking import Check, Said, note, ok, problem, size
from workbench.doctor.reading import Store
from workbench.index.compact import files_in_use

__all__ = ["CHECKS", "read_rows"]

_AT_ONCE = 4096
_AGAIN = "Open the store again, which finds what is lost, then embed again: `wb.close()` and `wb.embed()`."
_TORN = "Make the store compact, which leaves them out, then embed again: `wb.compact()` and `wb.embed()`."


def _files(store: Store) -> Iterator[Said]:
    files = files_in_use(store.read)
    looked = 0
    wrong: list[Said] = []
    for fingerprint, dimensions, rows in store.all("SELECT fingerprint, dimensions, rows FROM models"):
        sums = store.all("SELECT position, crc FROM vectors WHERE fingerprint = ? ORDER BY position", fingerprint)
        wrong += _file(store.path / "vectors" / files[fingerprint], dimensions, rows, sums)
        looked += len(sums)
    yield from wrong
    if not wrong:
        yield ok(f"All {looked} vectors are there, finite, and as their checksums say.")


def _file(path: Path, dimensions: int, rows: int, sums: list[tuple[int, int]]) -> Iterator[Said]:
    if [position for position, _ in sums] != list(range(rows)):
        yield problem(f"{path.name} has {rows} rows, and the record places {len(sums)} of them.", _TORN)
        return
    there = path.stat().st_size // (4 * dimensions) if path.exists() and dimensions > 0 else 0
    if there < rows:
        yield problem(f"{path.name} has lost {rows - there} of its {rows} vectors.", _AGAIN)
    torn = odd = 0
    for start in range(0, min(rows, there), _AT_ONCE):
        vectors = read_rows(path, dimensions, start, min(_AT_ONCE, rows - start, there - start))
        right = [crc for _, crc in sums[start : start + len(vectors)]]
        torn += sum(zlib.crc32(vector) != crc for vector, crc in zip(vectors, right, strict=True))
        with np.errstate(over="ignore", invalid="ignore"):
            norms = np.linalg.norm(vectors, axis=1)
        odd += int(np.count_nonzero(~np.isfinite(norms) | (norms == 0)))
    if torn:
        yield problem(f"{torn} of {rows} vectors in {path.name} are not as their checksums say.", _TORN)
    elif odd:
        yield problem(
            f"{odd} of {rows} vectors in {path.name} are zero or not finite.",
            "Drop the model's vectors: `wb.compact()`.",
        )


def read_rows(path: Path, dimensions: int, start: int, count: int) -> np.ndarray:
    """Give float32 (count, dimensions) of a vector file from row `start` on, fewer where it is cut off."""
    # Read, not mapped: a file that is cut off meanwhile would end this process.
    with path.open("rb") as file:
        file.seek(4 * dimensions * start)
        data = file.read(4 * dimensions * count)
    return np.frombuffer(data[: len(data) // (4 * dimensions) * 4 * dimensions], dtype="<f4").reshape(-1, dimensions)


def _unused(store: Store) -> Iterator[Said]:
    used = {key for (key,) in store.all("SELECT key FROM chunks")}
    widths = dict(store.all("SELECT fingerprint, dimensions FROM models"))
    idle = [4 * widths.get(fingerprint, 0) for fingerprint, key in store.all("SELECT fingerprint, key FROM vectors")
            if key not in used]  # fmt: skip
    if idle:
        yield note(
            f"{len(idle)} vectors are of texts that are gone or of past questions ({size(sum(idle))}); they make going "
            "back cost nothing.",
            "To free them: `wb.compact()`.",
        )


CHECKS = (Check("vectors", _files), Check("unused", _unused))
