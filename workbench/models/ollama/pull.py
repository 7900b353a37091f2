"""Fetching a model: the Ollama server downloads it, and says how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable

from workbench.errors import Cancelled, ModelError, ModelNotFound, ServerError

__all__ = ["pull"]


def pull(
    name: str,
    cancel: threading.Event,
    progress: Callable[[str, int, int], None],
    host: str | None = None,
) -> None:
    """Let the server fetch a model; returns when the server says `success`.

    Parameters
    ----------
    name
        As on ollama.com, such as `all-minilm` or `qwen3:0.6b`.
    cancel
        When set, the connection is closed; what has come stays on the server, and pulling again goes on there.
    progress
        Called with the server's own words for what it does, the bytes that are there, and the bytes in all, both
        summed over the layers named so far.
    host
        As in `resolve_host`.

    Raises
    ------
    ModelNotFound
        If there is no model of that name.
    ServerError
        If the server does not answer, breaks off, or cannot reach the library.
    Cancelled
        If `cancel` was set.
    """
    from workbench.models.ollama.client import OllamaClient
    from workbench.models.ollama.errors import broken_off, count_of

    layers: dict[str, tuple[int, int]] = {}
    with OllamaClient(host) as client:
        for line in client.lines("/api/pull", {"model": name, "stream": True}, cancel, name):
            if "error" in line:
                raise _pull_failed(name, client.host, str(line["error"]))
            if line.get("digest"):
                layers[str(line["digest"])] = (count_of(line.get("completed")) or 0, count_of(line.get("total")) or 0)
            else:
                # Checking begins when every layer is there; the last lines about a layer may not have said so.
                layers = {digest: (total, total) for digest, (_, total) in layers.items()}
            done, total = (sum(column) for column in zip((0, 0), *layers.values(), strict=True))
            progress(str(line.get("status") or ""), done, total)
            if line.get("status") == "success":
                return
        if cancel.is_set():
            raise Cancelled(f"Stopped fetching {name}. Fetching it again goes on where it stopped.")
        raise broken_off(client.host, f"it never said that {name} is whole")


def _pull_failed(name: str, host: str, text: str) -> ModelError:
    if "file does not exist" in text or "not found" in text:
        return ModelNotFound(f"There is no model {name!r} to fetch ({text}). Look for its name on ollama.com/library.")
    if "412" in text or "newer version" in text:
        return ServerError(f"{name} needs a newer Ollama than the one at {host}. Update it, then fetch again.")
    if any(part in text for part in ("no such host", "dial tcp", "i/o timeout", "TLS handshake")):
        return ServerError(f"The Ollama server at {host} cannot reach the model library: is it offline? ({text})")
    return ServerError(f"The Ollama server at {host} could not fetch {name}: {text}")
