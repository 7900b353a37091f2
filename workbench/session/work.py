"""What the lanes do: embed, draw, search. Each takes the workbench and its job."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import Cancelled, InputError, StoreDamaged, StoreFull
from workbench.index.embedding import embed_chunks, turn
from workbench.index.filled import Filled
from workbench.index.fingerprint import text_key
from workbench.index.record import Row
from workbench.index.restoring import bring_up, restore
from workbench.models import info_of, prepare
from workbench.models.remote.waiting import listening
from workbench.records import Chunk, EmbedReport, Retrieval
from workbench.retrieval import Options
from workbench.session.prepare import Prepared, announce, prepared, tell
from workbench.session.searching import run
from workbench.shown import whole

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine

__all__ = ["embed", "fill_index", "find", "layout", "look_at_server", "look_up", "require_consent", "searchable"]

_LONG_QUESTION = 8000
"""Characters of a question; a longer one is a document."""


def embed(wb: Engine, job: Job) -> EmbedReport:
    """Embed what is missing; every finished batch stays, whatever happens."""
    now = prepared(wb, job)
    assert wb.store is not None
    wb.store.require_writer()
    require_consent(wb, now)
    wb.publish(status=f"Embedding with {now.model.id}")
    progress = wb.meter("embed", "Embedding")

    def counted(done: int, total: int) -> None:
        progress(done, total)
        wb.publish(embedded=len(now.chunks) - (total - done))

    try:
        with listening(job.cancel, lambda said: wb.publish(status=said)):
            report = embed_chunks(wb.store, now.model, now.collection, now.chunks, cancel=job.cancel, progress=counted)
    finally:
        # Whatever happened, what is left to do has changed.
        announce(wb, now)
    report = replace(report, truncated=wb.plan.truncated)
    wb.publish(embed_report=report, model_info=info_of(now.model), status="Ready")
    look_at_server(wb, now.model.id)
    wb.embedded_now()
    return report


def require_consent(wb: Engine, now: Prepared) -> None:
    """Ask before anything is sent: where it goes, how much it is, and what it costs."""
    made_elsewhere = hasattr(now.model, "document_name")  # then no chunk is sent anywhere
    if getattr(now.model, "destination", "") and not getattr(now.model, "consent", False) and not made_elsewhere:
        from workbench.models.remote.consent import require

        assert wb.store is not None
        known = wb.store.record.known(now.fingerprint_id, now.keys)
        missing = [chunk.text for chunk, has in zip(now.chunks, known, strict=True) if not has]
        if missing:
            require(now.model, prepare(now.model, missing, "document"))


def searchable(wb: Engine, job: Job) -> tuple[Prepared, tuple[Chunk, ...], np.ndarray]:
    """Give the chunks that have vectors, and these; embed first what is missing, unless some are coming already."""
    now = prepared(wb, job)
    assert wb.store is not None
    known = wb.known(now)
    under_way = wb.embedding_under_way() and known.any()
    if not known.all() and not wb.read_only and not under_way:
        _wait(wb.submit("embed"), job)
        now = prepared(wb, job)
        known = wb.known(now)
    elif known.all():
        wb.fill_once(now)
    return now, *wb.vectors(now, known)


def _wait(other: Job, job: Job) -> None:
    while not other.done.wait(0.05):
        if job.cancel.is_set():
            other.cancel.set()
            raise Cancelled("The question was stopped before its corpus was embedded; ask again to go on.")
    if other.error is not None:
        raise other.error


def find(wb: Engine, job: Job, question: str, options: Options, llm: object = None) -> Retrieval:
    """Embed a question, search with it, and show what was found."""
    result = look_up(wb, job, question, options, llm)
    if job.cancel.is_set():
        newer = "The question was overtaken by a newer one."
        raise Cancelled(newer if job.overtaken else "The search was stopped; ask again to go on.")
    wb.publish(focus=0, query=result.query, answer=None, retrieval=result, error=None)
    return result


def look_up(wb: Engine, job: Job, question: str, options: Options, llm: object = None) -> Retrieval:
    """Embed a question and search with it, without a word to the panels."""
    question = _usable(question)
    now, chunks, vectors = searchable(wb, job)
    began = time.perf_counter()
    vector = _query_vector(wb, job, now, question)
    embedded = time.perf_counter()
    result = run(wb, job, now, chunks, vectors, question, vector, options, llm)
    return replace(
        result,
        total=len(now.chunks),
        options={**result.options, "model": now.model.id},
        seconds={"embed": embedded - began, "search": time.perf_counter() - embedded},
    )


def _usable(question: str) -> str:
    if not isinstance(question, str) or not question.strip():
        raise InputError(f"The question is {question!r}: it has no words. Type a question first.")
    if len(question) > _LONG_QUESTION:
        raise InputError(
            f"The question has {len(question):,} characters; at most {_LONG_QUESTION:,} can be used. "
            "Ask something shorter, or load the long text as a document."
        )
    return whole(question.strip())


def _query_vector(wb: Engine, job: Job, now: Prepared, question: str) -> np.ndarray:
    """Give the question's vector, from the record if it was asked before."""
    assert wb.store is not None
    sent = prepare(now.model, [question], "query")
    key = text_key(now.fingerprint_id, "query", sent[0])
    record = wb.store.record
    if record.known(now.fingerprint_id, [key]).all():
        with suppress(StoreDamaged):  # `compact`, perhaps in another process, may have dropped it since
            return np.array(record.vectors(now.fingerprint_id, [key])[0])
    from workbench.index.validation import check_vectors

    with listening(job.cancel, lambda said: wb.publish(status=said)):
        vector = check_vectors(now.model.embed(sent, "query"), sent, now.model)
    if wb.store.writable:
        try:
            record.commit_batch(now.fingerprint, [key], vector)
        except StoreFull as error:
            tell(wb, f"The question was searched for, but its vector is not kept. {error}")
    return vector[0]


def look_at_server(wb: Engine, model: str) -> None:
    """See what the Ollama server has in its memory now, where the app shows it."""
    if wb.live and model.startswith("ollama:"):
        wb.submit("probe")


def fill_index(wb: Engine, job: Job, rebuild: bool) -> int:
    """Bring the Chroma index up to the record, in a child process: its client holds the interpreter for long.

    What was filled last is noted beside the index, so that an index that is up to date costs no process. One whose
    files are no longer what they were then is set aside and made anew. When it is cancelled, it stops between two
    batches, and the next one goes on from there.
    """
    from workbench.index.chroma import fill
    from workbench.index.chroma import rebuild as rebuild_all
    from workbench.index.chroma_stop import stop_for

    now = prepared(wb, job)
    assert wb.store is not None
    wb.store.require_writer()
    filled, state = Filled(wb.store.path, now.collection.name), _state(now)
    before, files = filled.read()
    if wb.chroma_server is None and before == state and not rebuild:
        if files and files == filled.contents():
            return len(now.chunks)
        if files:
            aside = filled.set_index_aside()
            tell(wb, f"The Chroma index was not as it was left. It was set aside as {aside}, and is made anew.")
    all_there = _rows_written(wb, job, now)
    for note in filled.forget():
        tell(wb, note)
    run = rebuild_all if rebuild else fill
    asides = _asides(wb)
    with stop_for(wb.store.path) as stop:
        place = (str(wb.store.path), now.collection.name, wb.chroma_server)
        spare = stop.ask if wb.chroma_server is None else None
        rows = int(wb.in_index(run, *place, stop, cancel=job.cancel, spare=spare))
    for aside in sorted(_asides(wb) - asides):
        tell(wb, f"The Chroma index could not be used. It was set aside as {aside}, and made anew from the record.")
    if wb.chroma_server is None and all_there:
        filled.write(state)
    if prepared(wb, job) is not now or (not all_there and _embedded(wb, now)):
        # Whoever asked for the index of what was embedded meanwhile has joined this job.
        return fill_index(wb, job, rebuild=False)
    return rows


def _rows_written(wb: Engine, job: Job, now: Prepared) -> bool:
    """See that the record holds the chunks as they are; False where some have no vector yet."""
    assert wb.store is not None
    if not _embedded(wb, now):
        return False
    with turn(wb.store, job.cancel):
        rows = [Row(at, chunk, key) for at, (chunk, key) in enumerate(zip(now.chunks, now.keys, strict=True))]
        bring_up(wb.store.record, now.collection, rows)
        if restore(wb.store.record, now.collection, rows):
            tell(wb, f"The record's copy of the chunks of {now.collection.name} was damaged; it was written again.")
    return True


def _embedded(wb: Engine, now: Prepared) -> bool:
    assert wb.store is not None
    return bool(wb.store.record.known(now.fingerprint_id, now.keys).all())


def _asides(wb: Engine) -> set[str]:
    assert wb.store is not None
    return {path.name for path in wb.store.path.glob("chroma.damaged-*")}


def _state(now: Prepared) -> str:
    """Give a digest of all that the index is made from."""
    total = hashlib.sha256()
    for chunk, key in zip(now.chunks, now.keys, strict=True):
        total.update(repr((chunk.id, key, chunk.start, chunk.end, sorted(chunk.metadata.items()))).encode())
    return total.hexdigest()


def layout(wb: Engine, job: Job, method: Any, refit: bool = False) -> Any:
    """Draw the map: the stored picture, else PCA at once and then UMAP from the child process."""
    from workbench.session.draw import draw
    from workbench.session.pictured import pictured

    shown = draw(wb, job, pictured(*searchable(wb, job)), method, refit)
    if wb.live and method == "umap":
        wb.submit("cluster")
    return shown


def layout_now(wb: Engine, job: Job) -> Any:
    """Give the stored picture, else PCA; it is shown only where none is."""
    from workbench.session.draw import lay_out
    from workbench.session.pictured import pictured

    def show(layout: Any) -> None:
        if wb.projection is None:
            wb.publish(projection=layout)

    return lay_out(wb, job, pictured(*searchable(wb, job)), None, "map", show=show)
