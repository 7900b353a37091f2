"""One connection to an Ollama server: the `ollama` package's client, with limits, plain JSON and streams that stop."""

from __future__ import annotations

import json
import queue
import ssl
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import ollama

from workbench.models.ollama.errors import broken_off, moved, refused, unreachable
from workbench.models.ollama.hosts import crosses_network, is_loopback, resolve_host
from workbench.models.ollama.requests import encode
from workbench.models.wire import Wire
from workbench.seam import passing

__all__ = ["OllamaClient", "crosses_network", "is_loopback", "resolve_host"]

CONNECT_SECONDS = 3.0
# Loading a large model sends nothing for minutes; the server itself gives up after five.
READ_SECONDS = 330.0
# How soon a cancelled stream lets go.
TICK_SECONDS = 0.1


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Read the certificates once: it takes longer than a short request."""
    return httpx.create_ssl_context()


class OllamaClient(ollama.Client):
    """The `ollama` package's client, bound to one server.

    It differs in four ways: every wait has a limit; replies are the server's whole JSON (the package drops
    capabilities, sizes and cloud marks); lines are split at newlines alone (`httpx.iter_lines` also splits at
    U+0085, which may stand inside a token); and errors are the workbench's.

    Parameters
    ----------
    host
        See `resolve_host`.
    seconds
        Longest silence of the server before `ServerError`.
    connect
        Longest wait for a connection in seconds.
    """

    def __init__(
        self, host: str | None = None, seconds: float = READ_SECONDS, connect: float = CONNECT_SECONDS
    ) -> None:
        self.host = resolve_host(host)
        local = is_loopback(self.host)
        super().__init__(
            self.host,
            timeout=httpx.Timeout(seconds, connect=min(connect, seconds)),
            trust_env=not local,  # a proxy cannot reach this machine's own server
            follow_redirects=False,  # the package's default would carry texts to a server that nobody named
            verify=_certificates(),
        )
        self._seconds = seconds
        if local or urlsplit(self.host).scheme == "http":
            # The package sends OLLAMA_API_KEY to any server; in the clear it would be given away.
            self._client.headers.pop("authorization", None)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def reply(self, method: str, path: str, body: Mapping[str, object] | None = None, model: str = "") -> Any:
        """Send one request and give the JSON of the reply.

        Raises
        ------
        ModelNotFound
            If the server does not have `model`.
        ServerError
            If there is no server, it broke off, stayed silent too long, or refused.
        """
        try:
            passing("reply", path)
            response = self._client.request(method, path, content=None if body is None else encode(body))
        except httpx.HTTPError as error:
            raise self._failure(error) from error
        if not response.is_success:
            raise self._refused(response, model)
        try:
            return response.json()
        except (ValueError, RecursionError) as error:  # brackets without end are JSON that no one can read
            raise broken_off(self.host, f"its reply to {path} is not JSON") from error

    def lines(
        self, path: str, body: Mapping[str, object], cancel: threading.Event, model: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Send one request and yield each line of the reply as it comes; a cancelled one stops.

        A thread reads, so that the caller can stop waiting: cancelling, closing the iterator and Ctrl-C all shut
        the connection, which is how Ollama is told to stop working. Raises what `reply` raises; a line
        `{"error": ...}` is yielded as it is.
        """
        box: queue.SimpleQueue[dict[str, Any] | BaseException | None] = queue.SimpleQueue()
        wire = Wire()
        reader = threading.Thread(
            target=self._read, args=(path, body, model, box, wire), name="ollama-stream", daemon=True
        )
        reader.start()
        try:
            while not cancel.is_set():
                try:
                    item = box.get(timeout=TICK_SECONDS)
                except queue.Empty:
                    continue
                if item is None:
                    return
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            wire.cut()

    def _read(
        self,
        path: str,
        body: Mapping[str, object],
        model: str,
        box: queue.SimpleQueue[dict[str, Any] | BaseException | None],
        wire: Wire,
    ) -> None:
        try:
            # A client of its own: its one connection can be cut without touching anybody else's request.
            with OllamaClient(self.host, self._seconds) as own:
                for line in own.read_lines(path, body, model, wire):
                    box.put(line)
            box.put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the waiting caller, who raises it
            box.put(error)

    def read_lines(self, path: str, body: Mapping[str, object], model: str, wire: Wire) -> Iterator[dict[str, Any]]:
        """Yield the lines of one reply on the caller's own thread; `wire` learns the connection."""
        try:
            passing("reply", path)
            with self._client.stream("POST", path, content=encode(body), extensions={"trace": wire.trace}) as response:
                if not response.is_success:
                    response.read()
                    raise self._refused(response, model)
                for line in _split(response.iter_bytes()):
                    passing("reply", path)
                    yield _parsed(line, self.host)
        except httpx.HTTPError as error:
            raise self._failure(error) from error

    def _refused(self, response: httpx.Response, model: str) -> Exception:
        if response.is_redirect:
            return moved(self.host, response.status_code, response.headers.get("location", ""))
        wait = response.headers.get("retry-after", "")
        return refused(self.host, response.status_code, _error_text(response), model, wait)

    def _failure(self, error: httpx.HTTPError) -> Exception:
        if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
            return unreachable(self.host)
        if isinstance(error, httpx.TimeoutException):
            return broken_off(self.host, f"it sent nothing for {self._seconds:g} s")
        return broken_off(self.host, str(error) or type(error).__name__)


def _split(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines of a byte stream, split at newlines only; blank ones are left out."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line for line in lines if line.strip())
    if rest.strip():
        yield rest


def _parsed(line: bytes, host: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise broken_off(host, f"a line of its reply is not JSON: {line[:60]!r}") from error
    if not isinstance(value, dict):
        raise broken_off(host, f"a line of its reply is not an object: {line[:60]!r}")
    return value


def _error_text(response: httpx.Response) -> str:
    """Give the `error` of a reply; a page of HTML is named, not quoted."""
    kind = response.headers.get("content-type", "")
    if "html" in kind:
        return f"a page of {kind.partition(';')[0]}, so something between answered"
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return response.text.strip()
    if isinstance(error, dict):
        error = error.get("message", error)
    return str(error)
