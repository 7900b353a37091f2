"""What can be asked of the map: clusters, the view from one chunk, duplicates, outliers, neighbours."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disk import scratch
from workbench.errors import InputError
from workbench.records import Anchored, Cluster, Clustering, Near, Projection
from workbench.session.map_fields import around, drawn
from workbench.session.pictured import Pictured, neighbours_of, pictured
from workbench.session.work import searchable

if TYPE_CHECKING:
    from collections.abc import Collection

    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine

__all__ = ["anchor", "cluster", "clusters_apart", "name_clusters", "near_duplicates", "nearest", "outliers"]

NEAREST = 10
"""Neighbours that are listed of a chunk."""


def _data(wb: Engine, job: Job) -> Pictured:
    return pictured(*searchable(wb, job))


def _drawn(wb: Engine) -> Projection:
    """Give the picture on the screen."""
    if wb.projection is None:
        raise InputError("There is no map yet. Call wb.map(), or embed the corpus and wait for its map.")
    return wb.projection


def cluster(wb: Engine, job: Job, min_size: int | None = None) -> Clustering:
    """Find clusters on the map as it is drawn now, in a child process: HDBSCAN holds the interpreter."""
    layout = _drawn(wb)
    texts = {chunk.id: chunk.text for chunk in wb.chunk_list}
    shown = [texts.get(name, "") for name in layout.ids]
    found: Clustering = wb.children["map"].run(
        clusters_apart, layout.ids, layout.coordinates, shown, min_size, cancel=job.cancel
    )
    if wb.projection is None or wb.projection.ids == layout.ids:
        wb.publish(clustering=found)
    return found


def clusters_apart(ids: tuple[str, ...], coordinates: np.ndarray, texts: list[str], min_size: int | None) -> Clustering:
    """Find clusters; runs in the child process."""
    from workbench.projection import clusters

    return clusters(Projection(ids, coordinates), texts, min_size)


def name_clusters(wb: Engine, job: Job, llm: Any = None) -> Clustering:
    """Have the language model name each cluster from its keywords and most typical chunks."""
    from workbench.generation.naming import name_cluster

    found = wb.clustering or cluster(wb, job)
    model = wb.language_model(llm, wb.embedding_model())
    texts = {chunk.id: chunk.text for chunk in wb.chunk_list}
    tell = wb.meter("clusters", "Naming clusters", "clusters")
    named: list[Cluster] = []
    for one in found.clusters:
        tell(len(named), len(found.clusters))
        named.append(replace(one, name=name_cluster(model, one, texts, job.cancel)))
    tell(len(named), len(found.clusters))
    result = replace(found, clusters=tuple(named))
    wb.publish(clustering=result)
    return result


def anchor(wb: Engine, job: Job, chunk_id: str) -> Anchored:
    """Look at all chunks from one of them: true similarities, and where the picture has its true neighbours."""
    from workbench.projection import far_neighbours, similarity_to

    data = _data(wb, job)
    wb.chunk(chunk_id)
    if chunk_id not in data.ids:
        raise InputError(f"The chunk {chunk_id!r} has no vector yet. Call wb.embed() first.")
    row = data.ids.index(chunk_id)
    similarity = similarity_to(data.vectors, row)
    layout = wb.projection
    near: tuple[Near, ...] = ()
    if layout is not None and layout.ids == data.ids:
        near = far_neighbours(layout, data.vectors, row, NEAREST)
    found = Anchored(chunk_id, data.ids, similarity, near)
    wb.publish(anchored=found)
    return found


def near_duplicates(wb: Engine, job: Job, threshold: float) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Group chunks whose vectors are almost one."""
    from workbench.projection import near_duplicates as groups

    if not -1 <= threshold <= 1:
        raise InputError(f"The threshold is {threshold!r}; give a cosine from -1 to 1, such as 0.95.")
    data = _data(wb, job)
    found = groups(neighbours_of(wb, job, data, "look"), threshold, data.vectors)
    wb.publish(duplicates=found)
    return found


def outliers(wb: Engine, job: Job, count: int) -> tuple[tuple[str, float], ...]:
    """List the chunks that are least like their nearest neighbours."""
    from workbench.projection import outliers as loneliest

    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
        raise InputError(f"count is {count!r}; give a whole number of chunks, 1 or more.")
    found = loneliest(neighbours_of(wb, job, _data(wb, job), "look"), count)
    wb.publish(loneliest=found)
    return found


def nearest(wb: Engine, job: Job, chosen: Collection[str], k: int) -> tuple[tuple[str, float], ...]:
    """Find the chunks nearest to any of the chosen ones, these left out."""
    from workbench.projection import nearest_to

    if not chosen:
        raise InputError("No chunks are given. Select some on the map, or give their ids.")
    data = _data(wb, job)
    for name in chosen:
        wb.chunk(name)
    return nearest_to(data.vectors, data.ids, tuple(chosen), k)


def select_near(wb: Engine, job: Job, chosen: Collection[str]) -> None:
    """Add the nearest chunks of the chosen ones, and these, to the selection."""
    found = nearest(wb, job, chosen, NEAREST)
    wb.publish(selection=tuple(dict.fromkeys((*wb.selection, *chosen, *(name for name, _ in found)))))


def picture(wb: Engine, _: Job, kind: str, dark: bool = False) -> tuple[str, bytes]:
    """Make a file of the map as it is drawn now: its name and content."""
    with scratch() as folder:
        path = write_picture(wb, folder / f"map.{kind}", dark=dark)
        found = (f"{_file_name(wb.corpus_name)}-map.{kind}", path.read_bytes())
    wb.publish(saved=found)
    return found


def write_picture(wb: Engine, path: str | Path, title: str | None = None, dark: bool = False) -> Path:
    """Write the map as it is drawn now to a .png, .svg or .html file."""
    from workbench.figures import write_map

    options = {**drawn(wb), **around(wb)}
    return write_map(
        path,
        _drawn(wb),
        wb.chunk_list,
        answer=wb.answer,
        title=title or wb.corpus_name,
        dark=dark,
        **options,
    )


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "workbench"
