"""Making the store compact, in the lane of embedding: what nothing uses any more is dropped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.corpus.kept import document_key
from workbench.corpus.uploads import old_uploads
from workbench.index.chroma_client import chroma_folder
from workbench.index.chroma_surplus import drop, surplus
from workbench.index.compact import Keep, Unused, files_in_use, unused
from workbench.index.compact import compact as compact_record
from workbench.index.leftovers import remove, set_aside_parts, size_of, stray_files
from workbench.index.store import Store
from workbench.records import Compaction
from workbench.session.prepare import Prepared, prepared

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine

__all__ = ["compact"]


def compact(wb: Engine, job: Job, dry_run: bool = False) -> Compaction:
    """Drop what nothing uses, or count it."""
    now = prepared(wb, job)
    store = wb.store
    assert store is not None
    store.require_writer()
    with store.embedding:
        keep, uploads = _keep(wb, now, store), old_uploads(_open_uploads(wb))
        before = store.size_bytes() + sum(map(size_of, uploads))
        if dry_run:
            found, index, files = unused(store.record, keep), _index(wb, store, now), _files(store)
            return _told(found, index, files, uploads, before, before - found.vector_bytes - _bytes(files, uploads))
        with store.record.alone():  # a batch writes its file before its rows, and would look left behind meanwhile
            files = _files(store)
            remove([*files, *uploads])
            found = compact_record(store.record, keep)
        index = _index(wb, store, now)
        if index:
            # never killed in the middle: what Chroma writes then may be torn
            wb.in_index(drop, str(store.path), index, cancel=job.cancel, spare=lambda: False)
            remove(chroma_folder(store.path) / f"{name}.filled" for name in index)
        after = store.size_bytes() + sum(map(size_of, uploads))
        return _told(found, index, files, uploads, before, after, done=True)


def _keep(wb: Engine, now: Prepared, store: Store) -> Keep:
    assert wb.corpus is not None
    others = {collection.corpus for collection in store.record.collections()} - {wb.corpus.name}
    # What another corpus in this store needs is not known here; its boundaries and counts are few bytes.
    documents = None if others else {document_key(document) for document in wb.corpus.documents}
    return Keep({now.fingerprint_id: now.keys}, documents)


def _index(wb: Engine, store: Store, now: Prepared) -> tuple[str, ...]:
    if wb.chroma_server is not None:
        return ()  # a server may serve others
    wanted = [collection.name for collection in store.record.collections()]
    return surplus(store.path, [*wanted, now.collection.name])


def _files(store: Store) -> list[Path]:
    with store.record.alone() as database, database.snapshot() as read:
        files = files_in_use(read)
    names = [collection.name for collection in store.record.collections()]
    return [*set_aside_parts(store.path), *stray_files(store.path, set(files.values()), names)]


def _open_uploads(wb: Engine) -> list[Path]:
    return [Path(wb.source)] if isinstance(wb.source, str | Path) else []


def _bytes(files: list[Path], uploads: list[Path]) -> int:
    return sum(map(size_of, [*files, *uploads]))


def _told(
    found: Unused,
    index: tuple[str, ...],
    files: list[Path],
    uploads: list[Path],
    before: int,
    after: int,
    done: bool = False,
) -> Compaction:
    return Compaction(
        dry_run=not done,
        vectors=found.vectors,
        pictures=found.pictures,
        kept=found.kept,
        collections=found.collections,
        index=index,
        files=tuple(path.name for path in files),
        uploads=len(uploads),
        bytes_before=before,
        bytes_after=after,
    )
