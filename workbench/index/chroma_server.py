"""Clients of a Chroma server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from workbench.errors import StoreError
from workbench.index.chroma_address import address_parts, no_proxy
from workbench.index.chroma_settings import client_settings
from workbench.iris import import_jsonschema
from workbench.models.ollama.hosts import is_loopback
from workbench.seam import passing

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

__all__ = ["open_server", "server_client"]


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
    import_jsonschema()
    import chromadb
    import httpx

    address_parts(url)
    try:
        with open_server(url) as client:
            yield client
    except (ValueError, OSError, httpx.HTTPError, chromadb.errors.ChromaError) as error:
        raise StoreError(
            f"The Chroma server at {url} does not answer as it should ({error}). The vectors are safe in the record. "
            "Start the server, for example with: chroma run --path FOLDER, and call wb.rebuild_index()."
        ) from error


@contextmanager
def open_server(url: str) -> Iterator[ClientAPI]:
    """Lend a client of a Chroma server; what goes wrong comes as Chroma says it. InputError as in `server_client`."""
    import_jsonschema()
    import chromadb

    host, port, secure = address_parts(url)
    passing("reply", url)
    with no_proxy(host) if is_loopback(url) else nullcontext():
        client = chromadb.HttpClient(host=host, port=port, ssl=secure, settings=client_settings())
    try:
        yield client
    finally:
        client.close()  # type: ignore[attr-defined]
        # Chroma leaves its connections open, one to each of its two interfaces (seen with 1.5.9)
        for one in (client, client._admin_client):  # type: ignore[attr-defined]  # noqa: SLF001
            one._server._session.close()  # type: ignore[union-attr]  # noqa: SLF001
