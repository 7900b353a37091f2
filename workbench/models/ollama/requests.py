"""What our client sends to an Ollama server, as records that can be sent, shown and copied."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.models.ollama.code import as_code, as_curl, as_javascript, as_python

__all__ = ["Request", "as_curl", "as_javascript", "as_python", "embed_request", "encode", "pull_request"]


@dataclass(frozen=True)
class Request:
    """One request to an Ollama server.

    Attributes
    ----------
    method
        `GET`, `POST` or `DELETE`.
    url
        Whole address, such as `http://127.0.0.1:11434/api/embed`.
    body
        What is sent as JSON; empty for nothing.
    """

    method: str
    url: str
    body: Mapping[str, object] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Base address of the server, the part of `url` before `/api`."""
        return self.url.rpartition("/api/")[0]

    @property
    def path(self) -> str:
        """The route, such as `/api/embed`."""
        return self.url[len(self.host) :]

    def as_code(self, language: str, package: bool = False) -> str:
        """Give the request as text to run elsewhere.

        Parameters
        ----------
        language
            `curl` (for a POSIX shell), `python` or `javascript`.
        package
            Whether to use Ollama's own package for that language instead of the language alone.

        Raises
        ------
        InputError
            If the language is another.
        """
        return as_code(self, language, package=package)


def encode(body: Mapping[str, object]) -> bytes:
    """Give the JSON that goes over the wire, in UTF-8; half a surrogate pair, which has no UTF-8, goes as an escape."""
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def embed_request(
    host: str,
    name: str,
    texts: Sequence[str],
    *,
    keep_alive: float | str | None = None,
    dimensions: int | None = None,
) -> Request:
    """Give the request that embeds texts.

    Parameters
    ----------
    host
        Base address, as `resolve_host` gives it.
    name
        Of the model.
    texts
        As the model reads them, prefixes in front.
    keep_alive
        How long the server keeps the model loaded; None leaves it to the server.
    dimensions
        Length to cut vectors to; None for their own.
    """
    body: dict[str, object] = {"model": name, "input": list(texts), "truncate": False}
    if keep_alive is not None:
        body["keep_alive"] = keep_alive
    if dimensions is not None:
        body["dimensions"] = dimensions
    return Request("POST", f"{host}/api/embed", body)


def pull_request(host: str, name: str) -> Request:
    """Give the request that lets the server fetch a model and say line by line how far it is."""
    return Request("POST", f"{host}/api/pull", {"model": name, "stream": True})
