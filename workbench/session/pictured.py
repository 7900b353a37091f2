"""The chunks that are on the map, with their vectors, and the neighbours that are known of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.disk import ELSEWHERE, scratch, writing
from workbench.index.layouts import load_neighbours, save_neighbours
from workbench.records import Chunk, Neighbours, Progress

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine
    from workbench.session.prepare import Prepared

__all__ = ["NEIGHBOURS", "Pictured", "find_apart", "neighbours_of", "pictured", "vectors_file", "write_neighbours"]

NEIGHBOURS = 30
"""Neighbours kept of each chunk: enough for most settings of UMAP, and for duplicates and outliers."""


@dataclass(frozen=True, eq=False)
class Pictured:
    """What the map shows: chunks that have a vector.

    Attributes
    ----------
    now
        The corpus and model they belong to.
    chunks, vectors, keys
        n chunks, float32 (n, d), and the keys of their vectors in the record.
    """

    now: Prepared
    chunks: tuple[Chunk, ...] = field(repr=False)
    vectors: np.ndarray = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the chunks."""
        return tuple(chunk.id for chunk in self.chunks)

    @property
    def whole(self) -> bool:
        """Whether no chunk is missing: only then is a picture worth keeping."""
        return len(self.chunks) == len(self.now.chunks)


def pictured(now: Prepared, chunks: tuple[Chunk, ...], vectors: np.ndarray) -> Pictured:
    """Put the keys to chunks and vectors."""
    if len(chunks) == len(now.chunks):
        return Pictured(now, chunks, vectors, tuple(now.keys))
    by_id = {chunk.id: key for chunk, key in zip(now.chunks, now.keys, strict=True)}
    return Pictured(now, chunks, vectors, tuple(by_id[chunk.id] for chunk in chunks))


def neighbours_of(wb: Engine, job: Job, data: Pictured, lane: str, least: int = NEIGHBOURS) -> Neighbours:
    """Give the true neighbours of all chunks: those at hand, the stored ones, or found now by the child process.

    Parameters
    ----------
    wb, job
        The workbench and the job that waits.
    data
        What the map shows.
    lane
        Where the progress is told.
    least
        Neighbours wanted of each chunk, fewer only where there are fewer chunks.
    """
    before = _known(wb, data)
    enough = max(0, min(least, len(data.chunks) - 1))
    if before is not None:
        stored, keys = before
        if stored.k >= enough and (stored.ids, keys) == (data.ids, data.keys):
            return _keep(wb, data, stored)
    wb.tell(Progress(lane, "Finding true neighbours", 0, 0, "chunks"))
    changed = _changed(before, data)
    with vectors_file(data.vectors) as path:
        known = before[0] if before is not None and before[0].k >= enough else None
        if known is not None:
            write_neighbours(path.with_name("known.npz"), known)
        names = known.ids if known is not None else None
        wb.children["map"].run(
            find_apart, str(path), data.ids, max(least, NEIGHBOURS), names, changed, cancel=job.cancel
        )
        with np.load(path.with_name("found.npz")) as file:
            found = Neighbours(data.ids, file["indices"], file["distances"])
    if data.whole and wb.store is not None and wb.store.writable:
        save_neighbours(wb.store.record, data.now.collection.name, found, data.keys)
    return _keep(wb, data, found)


def _known(wb: Engine, data: Pictured) -> tuple[Neighbours, tuple[bytes, ...]] | None:
    at_hand = wb.near.get(data.now.collection.name)
    if at_hand is not None:
        return at_hand
    assert wb.store is not None
    return load_neighbours(wb.store.record, data.now.collection.name)


def _keep(wb: Engine, data: Pictured, found: Neighbours) -> Neighbours:
    # two at most, since a map may have a twin; of 100,000 chunks each takes 24 MB
    others = {name: kept for name, kept in wb.near.items() if name != data.now.collection.name}
    wb.near = {**dict(list(others.items())[-1:]), data.now.collection.name: (found, data.keys)}
    if data.now is wb.prepared and wb.neighbourhood is not found:  # a twin's neighbours are not the map's
        wb.publish(neighbourhood=found)
    return found


def _changed(before: tuple[Neighbours, tuple[bytes, ...]] | None, data: Pictured) -> tuple[str, ...]:
    if before is None:
        return ()
    keys = dict(zip(before[0].ids, before[1], strict=True))
    return tuple(name for name, key in zip(data.ids, data.keys, strict=True) if keys.get(name, key) != key)


@contextmanager
def vectors_file(vectors: np.ndarray, name: str = "vectors") -> Iterator[Path]:
    """Give the path of a .npy file for a child process: a pipe would hold the interpreter for most of a second."""
    with scratch() as folder:
        path = folder / f"{name}.npy"
        with writing(path, vectors.nbytes, ELSEWHERE):
            np.save(path, vectors)
        yield path


def find_apart(
    path: str, ids: tuple[str, ...], k: int, known: tuple[str, ...] | None, changed: tuple[str, ...]
) -> None:
    """Find neighbours of the vectors in a .npy file and write them beside it; runs in the child process."""
    from workbench.projection import extend_neighbours, find_neighbours

    vectors, folder = np.load(path, mmap_mode="r"), Path(path).parent
    if known is None:
        found = find_neighbours(vectors, ids, k)
    else:
        with np.load(folder / "known.npz") as file:
            before = Neighbours(known, file["indices"], file["distances"])
        found = extend_neighbours(before, ids, vectors, changed)
    write_neighbours(folder / "found.npz", found)


def write_neighbours(path: Path, near: Neighbours) -> None:
    """Write neighbours to a .npz file for the other process."""
    with writing(path, near.indices.nbytes + near.distances.nbytes, ELSEWHERE):
        np.savez(path, indices=near.indices, distances=near.distances)
