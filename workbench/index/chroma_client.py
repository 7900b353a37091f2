"""Chroma clients with settings that depend on nothing but us, and a look at what they open."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from workbench.errors import StoreDamaged, StoreError, StoreLocked
from workbench.index.chroma_address import address_parts, no_proxy
from workbench.models.ollama.hosts import is_loopback

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.config import Settings

__all__ = ["IndexDamaged", "chroma_folder", "client_settings", "local_client", "open_server", "server_client"]

_PATIENCE = 10.0
"""Seconds to wait for another process that fills: one whose notebook was killed lives on for a second or two."""
_STRIKES = 2
"""Processes in a row that ended while they opened an index, after which it is not opened again."""
_FULL = ("disk is full", "no space left", "file too large", "code: 13")


class IndexDamaged(StoreDamaged):
    """A Chroma index that cannot be read or contradicts the record, which is as it should be."""


def chroma_folder(store: Path) -> Path:
    """Give the folder that `chromadb.PersistentClient` opens."""
    return store / "chroma"


@contextmanager
def local_client(store: Path) -> Iterator[ClientAPI]:
    """Lend a client on `<store>/chroma`, to one process at a time: two on one folder lose vectors for good.

    It is closed at the end, since deleting or renaming the folder under a live client breaks the next one.

    Raises
    ------
    StoreLocked
        Another process has had it open for 10 s.
    StoreError
        The disk is full.
    IndexDamaged
        It cannot be read, or opening it has ended process after process.
    """
    import chromadb

    turn = FileLock(store / "chroma.lock", mode=0o600)
    try:
        turn.acquire(timeout=_PATIENCE)
    except Timeout as error:
        raise StoreLocked(
            f"The Chroma index in {store} is being filled by another process. Wait until it is done, "
            "then call wb.rebuild_index()."
        ) from error
    try:
        with _judged(store), _private():
            _check_tables(chroma_folder(store))
            with _watched(store):
                chroma_folder(store).mkdir(mode=0o700, exist_ok=True)
                client = chromadb.PersistentClient(path=str(chroma_folder(store)), settings=client_settings())
                try:
                    _look(client)
                except BaseException:
                    client.close()  # type: ignore[attr-defined]
                    raise
            try:
                yield client
            finally:
                client.close()  # type: ignore[attr-defined]
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
    mark = store / "chroma.opening"
    strikes = len(mark.read_bytes()) if mark.exists() else 0
    if strikes >= _STRIKES:
        mark.unlink()
        raise IndexDamaged(f"Opening the Chroma index {chroma_folder(store)} has ended {strikes} processes.")
    mark.write_bytes(b"|" * (strikes + 1))
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


@contextmanager
def _judged(store: Path) -> Iterator[None]:
    """Tell a damaged index from other trouble."""
    import chromadb

    try:
        yield
    except StoreError:
        raise
    except BaseException as error:
        # Chroma's engine, which is not Python, panics on some torn files; that is no Exception.
        panic = type(error).__name__ == "PanicException"
        if not panic and not isinstance(error, chromadb.errors.ChromaError | sqlite3.Error | KeyError | OSError):
            raise
        if any(words in str(error).lower() for words in _FULL):
            raise StoreError(
                f"The disk that holds the Chroma index in {store} is full ({error}). The vectors are safe in the "
                "record. Make room and call wb.rebuild_index()."
            ) from error
        raise IndexDamaged(
            f"The Chroma index {chroma_folder(store)} cannot be used ({error}). The record is untouched: call "
            "wb.rebuild_index()."
        ) from error


def _check_tables(folder: Path) -> None:
    """Look at the tables before Chroma does: a client that fails to open stays broken as long as its process."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    file = folder / "chroma.sqlite3"
    if not file.exists() or not file.stat().st_size:
        raise IndexDamaged(f"The Chroma index {folder} has lost its tables.")
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    finally:
        connection.close()
    if found != "ok":
        raise IndexDamaged(f"The tables of the Chroma index {folder} are damaged: {found}.")


def _look(client: ClientAPI) -> None:
    """Search each collection for a vector of its own: that loads what lies on the disk."""
    for collection in client.list_collections():
        some = collection.get(limit=1, include=["embeddings"])
        if len(some["ids"]):
            found = collection.query(query_embeddings=some["embeddings"], n_results=1, include=["distances"])
            if not found["ids"][0]:
                raise IndexDamaged(f"The Chroma collection {collection.name} does not find its own vectors.")


@contextmanager
def server_client(url: str) -> Iterator[ClientAPI]:
    """Lend a client of a Chroma server.

    Raises
    ------
    InputError
        The address is not of the form `http://host:port`.
    StoreError
        Nothing answers there, or it refuses.
    """
    import chromadb
    import httpx

    address_parts(url)
    try:
        client = open_server(url)
        try:
            yield client
        finally:
            client.close()  # type: ignore[attr-defined]
    except (ValueError, OSError, httpx.HTTPError, chromadb.errors.ChromaError) as error:
        raise StoreError(
            f"The Chroma server at {url} does not answer as it should ({error}). The vectors are safe in the record. "
            "Start the server, for example with: chroma run --path FOLDER, and call wb.rebuild_index()."
        ) from error


def open_server(url: str) -> ClientAPI:
    """Open a client of a Chroma server; the caller closes it. Raises InputError as `server_client` does."""
    import chromadb

    host, port, secure = address_parts(url)
    with no_proxy(host) if is_loopback(url) else nullcontext():
        return chromadb.HttpClient(host=host, port=port, ssl=secure, settings=client_settings())


def client_settings() -> Settings:
    """Give settings that read neither the environment nor a `.env` of wherever the notebook runs."""
    from chromadb.config import Settings

    class Given(Settings):
        @classmethod
        def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
            return (sources["init_settings"],)

    return Given(anonymized_telemetry=False, allow_reset=False)
