"""More like this: a search with a chunk's own vector."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import InputError
from workbench.records import STAGES, Retrieval, Traced
from workbench.retrieval import search_in
from workbench.session.searching import options_of
from workbench.session.work import searchable

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine

__all__ = ["more_like"]


def more_like(wb: Engine, job: Job, chunk: str, top_k: int | None = None) -> Retrieval:
    """Find what is most like a chunk, itself left out; by vectors alone, exactly, within filter and selection."""
    now, chunks, vectors = searchable(wb, job)
    space = wb.tools.space(chunks, vectors)
    if chunk not in space.columns.rows:
        raise InputError(f"No embedded chunk has the id {chunk!r}. wb.chunks lists them; wb.embed() embeds new ones.")
    row = space.columns.rows[chunk]
    asked = options_of(wb, {"top_k": top_k, "mode": "dense", "engine": "exact"})
    options = replace(asked, top_k=asked.top_k + 1, mmr=None, threshold=None, rerank=None, expand=None)
    began = time.perf_counter()
    found = search_in(space, f"More like {chunk}", np.array(vectors[row]), options)
    found = replace(
        _without(found, row, asked.top_k),
        total=len(now.chunks),
        options={**found.options, "top_k": asked.top_k, "model": now.model.id, "like": chunk},
        seconds={"embed": 0.0, "search": time.perf_counter() - began},
        best=None,
    )
    wb.publish(focus=0, query=found.query, answer=None, retrieval=found, error=None)
    wb.remember(found)
    return found


def _without(found: Retrieval, row: int, count: int) -> Retrieval:
    """Take the chunk itself out, alone or as one of those that say the same."""
    chunk = found.ids[row]
    others = [one for one in found.passages if chunk not in (one.chunk.id, *one.copies)][:count]
    kept = tuple(replace(one, rank=rank) for rank, one in enumerate(others, start=1))
    assert found.traced is not None
    dropped = found.traced.dropped.copy()
    gone = {one.chunk.id for one in found.passages} - {one.chunk.id for one in kept}
    for name in gone:
        dropped[found.ids.index(name)] = STAGES.index("duplicate" if name == chunk else "top_k")
    copies = {**found.traced.copies, **({row: row} if chunk in gone else {})}
    return replace(found, passages=kept, traced=Traced(dropped, found.traced.dense, copies=copies))
