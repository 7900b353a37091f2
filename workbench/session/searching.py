"""What a search calls on: the searchable chunks, the approximate index, a reranker, expansions of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import StoreLocked
from workbench.models import prepare
from workbench.protocols import Reranker, Role
from workbench.records import Chunk, Expansion, Retrieval
from workbench.retrieval import Helpers, Options, Searchable, search_in

if TYPE_CHECKING:
    from pathlib import Path
    from threading import Event

    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine
    from workbench.session.prepare import Prepared

__all__ = ["SearchTools", "options_of", "run"]

OPTIONS = ("top_k", "mode", "metric", "mmr", "threshold", "where", "engine", "weights", "rerank", "expand", "group")
"""The options of a search that are settings of the workbench too."""

_WRITES_NOTHING = "extractive"


class SearchTools:
    """What searches share: the chunks with all that is worked out about them, and the reranker."""

    def __init__(self) -> None:
        self._space: Searchable | None = None
        self._reranker: tuple[object, Reranker] | None = None

    def space(self, chunks: Sequence[Chunk], vectors: np.ndarray) -> Searchable:
        """Give the chunks as something to search, the same as long as chunks and vectors are."""
        kept = self._space
        if kept is None or kept.chunks is not chunks or kept.vectors is not vectors:
            kept = self._space = Searchable(chunks, vectors)
        return kept

    def reranker(self, spec: object) -> Reranker | None:
        """Give the reranker, loaded once; None for none."""
        if spec is None:
            return None
        if self._reranker is None or (self._reranker[0] is not spec and self._reranker[0] != spec):
            from workbench.retrieval.rerank import reranker

            self._reranker = (spec, reranker(spec))
        return self._reranker[1]


def options_of(wb: Engine, given: Mapping[str, Any]) -> Options:
    """Give the search options: what was given for this call, else what the workbench is set to."""
    chosen = {name: getattr(wb, name) if given.get(name) is None else given[name] for name in OPTIONS}
    within = given.get("within")
    if within is None and wb.only_selection and wb.selection:
        within = wb.selection
    if within is not None:
        within = tuple(within["id"] if hasattr(within, "columns") else within)
    return Options(**chosen, within=within)


def run(
    wb: Engine,
    job: Job,
    now: Prepared,
    chunks: Sequence[Chunk],
    vectors: np.ndarray,
    question: str,
    vector: np.ndarray,
    options: Options,
    llm: object = None,
) -> Retrieval:
    """Search with all that the options ask for."""
    expansions, notes = _expansions(wb, job, now, question, options, llm)
    space = wb.tools.space(chunks, vectors)
    helpers = Helpers(_nearest(wb, job, now, space, options), wb.tools.reranker(options.rerank), job.cancel)
    return replace(search_in(space, question, vector, options, expansions, helpers), notes=notes)


def _expansions(
    wb: Engine, job: Job, now: Prepared, question: str, options: Options, llm: object
) -> tuple[tuple[Expansion, ...], tuple[str, ...]]:
    if not options.expansions:
        return (), ()
    from workbench.retrieval.expand import expanded

    model = wb.language_model(llm, now.model)
    if model.id == _WRITES_NOTHING:
        return (), ("No language model is at hand to expand the question; it was searched as it is.",)
    wb.publish(status=f"{model.id} is expanding the question")
    return expanded(question, options.expansions, model, embedder(now), job.cancel, wb.seed)


def embedder(now: Prepared) -> Callable[[Sequence[str], Role], np.ndarray]:
    """Give a function that embeds texts with the chosen model, prefixes put in front, and looks at what comes."""
    from workbench.index.validation import check_vectors

    def embed(texts: Sequence[str], role: Role) -> np.ndarray:
        sent = prepare(now.model, texts, role)
        return check_vectors(now.model.embed(sent, role), sent, now.model)

    return embed


def _nearest(
    wb: Engine, job: Job, now: Prepared, space: Searchable, options: Options
) -> Callable[[np.ndarray, int], np.ndarray] | None:
    """Give what asks Chroma's index, brought up to the record first, in its child process."""
    if options.engine != "hnsw":
        return None
    from workbench.index.chroma_query import nearest
    from workbench.index.chroma_stop import stop_for

    assert wb.store is not None
    store, server = wb.store.path, wb.chroma_server
    if server is None and not wb.store.writable:
        raise _closed_to_readers(store, wb.store.holder or {})

    def ask(vector: np.ndarray, count: int) -> np.ndarray:
        if wb.store is not None and wb.store.writable:
            _filled(wb, job.cancel)
        given = (str(store), now.collection.name, np.asarray(vector, np.float32), count, server)
        with stop_for(store) as stop:
            # a process that is killed while it opens the index would count against the index
            found = wb.in_index(nearest, *given, cancel=job.cancel, spare=stop.ask if server is None else None)
        rows = space.columns.rows
        return np.array([rows[one] for one in found if one in rows], dtype=np.int64)

    return ask


def _filled(wb: Engine, cancel: Event) -> None:
    from workbench.errors import Cancelled

    filling = wb.submit("fill_index")
    while not filling.done.wait(0.05):
        if cancel.is_set():
            raise Cancelled("The question was stopped before the index was filled; ask again to go on.")
    if filling.error is not None:
        raise filling.error


def _closed_to_readers(store: Path, holder: Mapping[str, object]) -> StoreLocked:
    # Chroma changes what it opens, and two processes on one index lose vectors for good.
    return StoreLocked(
        f"engine='hnsw' asks the Chroma index in {store}, which only the writer opens: process "
        f"{holder.get('pid', 'unknown')} on {holder.get('host', 'an unknown host')}. Take engine='exact', or close the "
        "other notebook and call wb.refresh()."
    )
