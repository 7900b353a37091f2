"""The map's pictures: stored ones come back at once, PCA comes first, UMAP follows from a child process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from workbench.errors import Cancelled
from workbench.index.layouts import load_layout, save_layout
from workbench.records import Neighbours, Progress, Projection
from workbench.session.pictured import Pictured, neighbours_of, vectors_file, write_neighbours

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine

__all__ = ["Method", "draw", "lay_out", "layout_apart", "settings_of"]

Method = Literal["pca", "umap"]

FAMILIAR = 0.5
"""Share of points that a stored picture must hold for new ones to be put beside them. With fewer, nobody would know
the picture again, and it is made anew."""
SAMPLE = 500
"""Chunks that the trust figure is estimated from until all neighbours are known."""


def draw(wb: Engine, job: Job, data: Pictured, method: Method | None, refit: bool = False) -> Projection:
    """Publish and give a picture of all embedded chunks; as `lay_out`."""

    def show(layout: Projection) -> None:
        if wb.projection is not layout:
            wb.publish(projection=layout)

    return lay_out(wb, job, data, method, "map", refit, show, before=wb.projection)


def lay_out(
    wb: Engine,
    job: Job,
    data: Pictured,
    method: Method | None,
    lane: str,
    refit: bool = False,
    show: Callable[[Projection], None] = lambda _: None,
    before: Projection | None = None,
) -> Projection:
    """Give a picture, and show what is better than the one before as soon as it is there.

    Chunks that were in the stored picture stay where they were; new ones are put beside them.

    Parameters
    ----------
    wb, job
        The workbench and its job.
    data
        What is shown.
    method
        `pca`, `umap` (wait for it), or None: the stored UMAP picture if there is one, else PCA.
    lane
        Where the progress is told.
    refit
        Lay out anew, whatever is stored.
    show
        Called with each picture.
    before
        The picture on the screen: a UMAP picture of the same points stays until the new one is there.
    """
    shown = None if method == "pca" else _stored(wb, data, settings_of(wb), refit)
    flat = None
    if shown is None:
        flat = _stored(wb, data, _flat_settings(wb), refit) or _fit_flat(wb, data)
        shown = flat
    if method != "umap":
        show(shown)
        shown = _judged(data, shown)
        show(shown)
        return shown
    if flat is None or not _same_points(before, flat):
        show(shown)
    near = neighbours_of(wb, job, data, lane, max(0, wb.n_neighbors - 1))
    if flat is not None:
        flat = _measured(flat, near)
        _keep(wb, data, _flat_settings(wb), flat)
        if not _same_points(before, flat):
            show(flat)
        wb.tell(Progress(lane, "UMAP is laying out the map", 0, 0, "chunks"))
        shown = _fit_umap(wb, job, data, flat, near)
    elif shown.kept is None:
        shown = _measured(shown, near)
    _keep(wb, data, settings_of(wb), shown)
    show(shown)
    return shown


def settings_of(wb: Engine) -> dict[str, object]:
    """Give what a UMAP picture is asked to be."""
    return {
        "method": "umap",
        "dimensions": wb.dimensions,
        "n_neighbors": wb.n_neighbors,
        "min_dist": wb.min_dist,
        "seed": wb.map_seed,
    }


def _flat_settings(wb: Engine) -> dict[str, object]:
    return {"method": "pca", "dimensions": wb.dimensions}


def _stored(wb: Engine, data: Pictured, settings: Mapping[str, object], refit: bool) -> Projection | None:
    """Give the stored picture with whatever is new put beside it; None where most of it would be new."""
    from workbench.projection import extend_layout

    assert wb.store is not None
    stored = None if refit else load_layout(wb.store.record, data.now.collection.name, settings)
    if stored is None:
        return None
    if (stored.layout.ids, stored.keys) == (data.ids, data.keys):
        return stored.layout
    changed = stored.changed(data.ids, data.keys)
    familiar = len(set(stored.layout.ids).intersection(data.ids) - changed)
    if familiar < FAMILIAR * len(data.ids):
        return None
    return extend_layout(stored.layout, data.ids, data.vectors, None, changed)


def _fit_flat(wb: Engine, data: Pictured) -> Projection:
    from workbench.projection import pca

    return pca(data.vectors, data.ids, wb.dimensions, measure=False)


def _same_points(before: Projection | None, other: Projection) -> bool:
    if before is None or before.method != "umap":
        return False
    return before.ids == other.ids and before.coordinates.shape == other.coordinates.shape


def _judged(data: Pictured, shown: Projection) -> Projection:
    """Give the picture with a trust figure, estimated from a sample if it has none."""
    from workbench.projection import trust

    if shown.trust is not None:
        return shown
    return replace(shown, trust=trust(data.vectors, shown.coordinates, sample=SAMPLE))


def _measured(layout: Projection, near: Neighbours) -> Projection:
    from workbench.projection import kept_neighbours

    kept = kept_neighbours(near, layout.coordinates)
    return layout if kept is None else replace(layout, kept=kept, trust=float(kept.mean()))


def _keep(wb: Engine, data: Pictured, settings: Mapping[str, object], layout: Projection) -> None:
    if data.whole and wb.store is not None and wb.store.writable:
        save_layout(wb.store.record, data.now.collection.name, settings, layout, data.keys)


def _fit_umap(wb: Engine, job: Job, data: Pictured, flat: Projection, near: Neighbours) -> Projection:
    settings = {name: value for name, value in settings_of(wb).items() if name != "method"}
    with vectors_file(data.vectors) as path:
        write_neighbours(path.with_name("near.npz"), near)
        layout: Projection = wb.children["map"].run(layout_apart, str(path), flat, settings, cancel=job.cancel)
    if job.cancel.is_set():
        raise Cancelled("The map was abandoned; the picture before it stays.")
    return layout


def layout_apart(path: str, flat: Projection, settings: dict[str, float]) -> Projection:
    """Lay out the vectors of a .npy file with UMAP, aligned to the PCA picture; runs in the child process."""
    from workbench.projection import umap_layout

    vectors = np.load(path, mmap_mode="r")
    with np.load(Path(path).with_name("near.npz")) as file:
        near = Neighbours(flat.ids, file["indices"], file["distances"])
    return umap_layout(vectors, flat.ids, flat, neighbours=near, **settings)  # type: ignore[arg-type]
