"""Taking a model out of an Ollama server's memory."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING

from workbench.errors import ServerError
from workbench.models.ollama.errors import understood
from workbench.models.ollama.names import same_model

if TYPE_CHECKING:
    from workbench.models.ollama.client import OllamaClient

__all__ = ["unload"]

# The server lets go in the background, and not before the requests under way have ended.
WAIT_SECONDS = 2.0
TICK_SECONDS = 0.05


def unload(name: str, host: str | None = None) -> bool:
    """Let the server take a model out of its memory; the next request loads it again.

    An empty prompt with `keep_alive: 0` is how Ollama is told so. Servers that refuse it for an embedding model
    get the same as an empty input of `/api/embed`.

    Parameters
    ----------
    name
        As the server lists it.
    host
        As in `resolve_host`.

    Returns
    -------
    bool
        Whether the model is out of memory now; False if work for it was still under way after two seconds, then it
        goes when that has ended.

    Raises
    ------
    ModelNotFound
        If the server does not have the model.
    ServerError
        If the server does not answer, breaks off, or refuses.
    """
    from workbench.models.ollama.client import OllamaClient

    with OllamaClient(host) as client:
        try:
            client.reply("POST", "/api/generate", {"model": name, "prompt": "", "keep_alive": 0}, name)
        except ServerError as error:
            if "does not support generate" not in str(error):
                raise
            client.reply("POST", "/api/embed", {"model": name, "input": [], "keep_alive": 0}, name)
        return _gone(client, name)


def _gone(client: OllamaClient, name: str) -> bool:
    """Wait until the server no longer lists the model as loaded."""
    end = monotonic() + WAIT_SECONDS
    while True:
        with understood(client.host):
            loaded = client.reply("GET", "/api/ps").get("models") or []
            if not any(same_model(name, str(raw.get("name"))) for raw in loaded):
                return True
        if monotonic() > end:
            return False
        sleep(TICK_SECONDS)
