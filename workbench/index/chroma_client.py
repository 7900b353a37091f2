"""A Chroma client of a folder, lent to one process at a time, and a look at what it opens."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import Timeout

from workbench.disk import measured
from workbench.errors import Cancelled, StoreDamaged, StoreError, StoreFull, StoreLocked
from workbench.index.aside import set_aside
from workbench.index.chroma_files import TABLES, torn_files
from workbench.index.chroma_settings import client_settings
from workbench.index.chroma_stop import Stop, chroma_turn
from workbench.index.faults import told
from workbench.iris import import_jsonschema
from workbench.paths import make_private
from workbench.seam import passing

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

__all__ = [
    "IndexDamaged",
    "chroma_folder",
    "local_client",
    "names_in",
    "opening_mark",
    "set_index_aside",
]

_PATIENCE = 10.0
"""Seconds to wait for another process that fills: one whose notebook was killed lives on for a second or two."""
_STRIKES = 2
"""Processes in a row that ended while they opened an index, after which it is not opened again."""
_FULL = ("disk is full", "no space left", "file too large", "quota exceeded", "code: 13)")
_BUSY = ("is locked", "code: 5)")
_FAILING = ("disk i/o error",)
"""What SQLite and the system say of a disk without room, of another program, and of a disk that fails."""


class IndexDamaged(StoreDamaged):
    """A Chroma index that cannot be read or contradicts the record, which is as it should be."""


def chroma_folder(store: Path) -> Path:
    """Give the folder that `chromadb.PersistentClient` opens."""
    return store / "chroma"


def opening_mark(store: Path) -> Path:
    """Give the file that counts the processes which ended while they opened the index."""
    return store / "chroma.opening"


@contextmanager
def local_client(store: Path, needed: int | None = None, stop: Stop | None = None) -> Iterator[ClientAPI]:
    """Lend a client on `<store>/chroma`, to one process at a time: two on one folder lose vectors for good.

    It is closed at the end, since deleting or renaming the folder under a live client breaks the next one. Where
    `stop` was asked for meanwhile, none is opened.

    Parameters
    ----------
    store
        Its folder.
    needed
        Bytes that are to be written, for messages.
    stop
        A request to stop, which may come before it is open.

    Raises
    ------
    StoreLocked
        Another process has had it open for 10 s.
    StoreFull
        The disk is full or failing.
    StoreError
        Another program is in the way.
    IndexDamaged
        It cannot be read, or opening it has ended process after process.
    Cancelled
        It was to be stopped before it was opened.
    """
    import_jsonschema()
    import chromadb

    with ExitStack() as held:
        with _judged(store, needed):
            held.enter_context(_turn(store))
        if stop is not None:
            stop.check()
        with _judged(store, needed), _private(), ExitStack() as opened:
            _check_tables(chroma_folder(store))
            with _watched(store):
                make_private(chroma_folder(store))
                passing("index", "PersistentClient")
                client = chromadb.PersistentClient(path=str(chroma_folder(store)), settings=client_settings())
                opened.callback(client.close)  # type: ignore[attr-defined]
                _look(client)
            yield client


def set_index_aside(store: Path) -> str:
    """Rename the whole index, while no other process has it open, and give its new name; raises as `local_client`."""
    with told(store), _turn(store):
        aside = set_aside(chroma_folder(store))
        passing("file", opening_mark(store))
        opening_mark(store).unlink(missing_ok=True)  # the next one has ended nobody yet
        return aside


@contextmanager
def _turn(store: Path) -> Iterator[None]:
    turn = chroma_turn(store)
    passing("file", turn.lock_file)
    try:
        turn.acquire(timeout=_PATIENCE)
    except Timeout as error:
        raise StoreLocked(
            f"The Chroma index in {store} is being filled by another process. Wait until it is done, "
            "then call wb.rebuild_index()."
        ) from error
    try:
        yield
    finally:
        turn.release()


@contextmanager
def _private() -> Iterator[None]:
    """Let Chroma make its files for their owner alone: they hold the texts of all documents."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _watched(store: Path) -> Iterator[None]:
    """Count the processes that end while they open an index: a torn one can crash them (ran: half a header file).

    One end says nothing, it may have been asked for.
    """
    mark = opening_mark(store)
    strikes = len(mark.read_bytes()) if mark.exists() else 0
    if strikes >= _STRIKES:
        mark.unlink()
        raise IndexDamaged(f"Opening the Chroma index {chroma_folder(store)} has ended {strikes} processes.")
    passing("file", mark)
    mark.write_bytes(b"|" * (strikes + 1))
    try:
        yield
    finally:
        passing("file", mark)
        mark.unlink(missing_ok=True)


@contextmanager
def _judged(store: Path, needed: int | None) -> Iterator[None]:
    """Tell a damaged index from other trouble, which setting it aside would not mend."""
    import chromadb

    try:
        yield
    except (StoreError, Cancelled):
        raise
    except BaseException as error:
        # Chroma's engine, which is not Python, panics on some torn files; that is no Exception.
        panic = type(error).__name__ == "PanicException"
        if not panic and not isinstance(error, chromadb.errors.ChromaError | sqlite3.Error | KeyError | OSError):
            raise
        raise _judgement(error, store, needed) from error


def _judgement(error: BaseException, store: Path, needed: int | None) -> StoreError:
    text, safe = str(error).lower(), "The vectors are safe in the record, and the index is brought up to it later:"
    if any(words in text for words in _FULL):
        return StoreFull(
            f"The disk that holds the Chroma index in {store} is full ({error}): {measured(store, needed)}. {safe} "
            "make room and call wb.rebuild_index()."
        )
    if any(words in text for words in _BUSY):
        return StoreError(
            f"The Chroma index in {store} is in use by another program ({error}). {safe} close that program and call "
            "wb.rebuild_index()."
        )
    gone = isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError)
    if any(words in text for words in _FAILING) or (isinstance(error, OSError) and not gone):
        return StoreFull(
            f"The disk that holds the Chroma index in {store} is full or failing, or the index cannot be written "
            f"({error}): {measured(store, needed)}. {safe} see to that folder and call wb.rebuild_index()."
        )
    return IndexDamaged(
        f"The Chroma index {chroma_folder(store)} cannot be used ({error}). The record is untouched: call "
        "wb.rebuild_index()."
    )


def _check_tables(folder: Path) -> None:
    """Look at tables and files before Chroma does: a client that fails to open stays broken as long as its process."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    file = folder / TABLES
    if not file.exists() or not file.stat().st_size:
        raise IndexDamaged(f"The Chroma index {folder} has lost its tables.")
    passing("tables", file)
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    finally:
        connection.close()
    if found != "ok":
        raise IndexDamaged(f"The tables of the Chroma index {folder} are damaged: {found}.")
    torn = torn_files(folder)
    if torn:
        raise IndexDamaged(f"The files of the Chroma index {folder} are torn: {torn}.")


def names_in(client: ClientAPI) -> set[str]:
    """Give the names of all collections."""
    passing("index", "list_collections")
    return {found.name for found in client.list_collections()}


def _look(client: ClientAPI) -> None:
    """Search each collection for a vector of its own: that loads what lies on the disk."""
    passing("index", "list_collections")
    for collection in client.list_collections():
        passing("index", "get")
        some = collection.get(limit=1, include=["embeddings"])
        if len(some["ids"]):
            passing("index", "query")
            found = collection.query(query_embeddings=some["embeddings"], n_results=1, include=["distances"])
            if not found["ids"][0]:
                raise IndexDamaged(f"The Chroma collection {collection.name} does not find its own vectors.")
