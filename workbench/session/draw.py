"""The map's layouts: stored ones come back at once, PCA comes first, UMAP follows from a child process."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import Cancelled
from workbench.index.layouts import load_layout, save_layout
from workbench.records import Chunk, Progress, Projection

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine
    from workbench.session.prepare import Prepared

__all__ = ["draw", "fit_umap"]

PARAMETERS = {"n_neighbors": 15, "min_dist": 0.1, "seed": 42}


def draw(
    wb: Engine, job: Job, now: Prepared, chunks: tuple[Chunk, ...], vectors: np.ndarray, method: str | None
) -> Projection:
    """Publish and give the layout of all embedded chunks.

    `method` is `pca`, `umap` (wait for it), or None: the stored UMAP layout if there is one, else PCA.
    """
    from workbench.projection import pca

    assert wb.store is not None
    ids = tuple(chunk.id for chunk in chunks)
    parameters = {"method": "umap", "dimensions": wb.dimensions, **PARAMETERS}
    stored = None if method == "pca" else load_layout(wb.store.record, now.collection.name, parameters)
    if stored is not None and stored.ids == ids:
        return _show(wb, stored)
    flat = _show(wb, pca(vectors, ids, wb.dimensions))
    if method != "umap":
        return flat
    wb.tell(Progress("map", "UMAP is laying out the map", 0, 0, "chunks"))
    layout = _from_child(wb, job, vectors, flat)
    if len(ids) == len(now.chunks) and wb.store.writable:
        save_layout(wb.store.record, now.collection.name, parameters, layout)
    return _show(wb, layout)


def _show(wb: Engine, layout: Projection) -> Projection:
    wb.publish(projection=layout)
    return layout


def _from_child(wb: Engine, job: Job, vectors: np.ndarray, flat: Projection) -> Projection:
    # A file, not a pipe: pickling 100,000 vectors would hold the interpreter for most of a second.
    with TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder) / "vectors.npy"
        np.save(path, vectors)
        layout: Projection = wb.children["map"].run(fit_umap, str(path), flat, PARAMETERS, cancel=job.cancel)
    if job.cancel.is_set():
        raise Cancelled("The map was abandoned; the picture before it stays.")
    return layout


def fit_umap(path: str, flat: Projection, parameters: dict[str, float]) -> Projection:
    """Lay out the vectors of a .npy file with UMAP, aligned to the PCA picture; runs in the child process."""
    from workbench.projection import umap_layout

    vectors = np.load(path, mmap_mode="r")
    return umap_layout(vectors, flat.ids, flat, dimensions=flat.coordinates.shape[1], **parameters)  # type: ignore[arg-type]
