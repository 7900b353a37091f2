"""What an embedding model and a language model of an Ollama server have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.models.ollama.errors import count_of, need_consent, understood
from workbench.models.ollama.hosts import resolve_host
from workbench.models.ollama.names import CLOUD, cloud_host, host_of, is_cloud, same_model
from workbench.models.remote.in_clear import ASKED, warn_once

if TYPE_CHECKING:
    from workbench.models.ollama.client import OllamaClient

__all__ = ["DEFAULT_CONTEXT", "ModelFacts", "ServedModel", "read_facts"]

# What a server without a large GPU gives a model that names no num_ctx.
DEFAULT_CONTEXT = 4096


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a server says of one of its models.

    Attributes
    ----------
    digest
        64 hex digits, empty where the server does not list the model.
    version
        The server's: other engines give other vectors from the same weights.
    context
        Tokens that the model was trained to read.
    num_ctx
        Tokens that the server is told to give it, None where the model does not say.
    dimensions
        Length of its vectors, None where unknown.
    remote
        Host where it runs if not on this server, empty for most.
    embeds
        Whether the server says that it makes vectors.
    """

    digest: str
    version: str
    context: int
    num_ctx: int | None
    dimensions: int | None
    remote: str
    embeds: bool = True


def read_facts(client: OllamaClient, name: str) -> ModelFacts:
    """Read /api/show, /api/tags and /api/version; raises ModelNotFound or ServerError."""
    shown = client.reply("POST", "/api/show", {"model": name}, name)
    info = shown.get("model_info") or {}
    family = info.get("general.architecture", "")
    return ModelFacts(
        digest=_digest(client, name),
        version=str(client.reply("GET", "/api/version").get("version", "")),
        context=count_of(info.get(f"{family}.context_length")) or DEFAULT_CONTEXT,
        num_ctx=_parameter(shown.get("parameters") or "", "num_ctx"),
        dimensions=count_of(info.get(f"{family}.embedding_length")) or None,
        remote=host_of(str(shown.get("remote_host") or "")) or (CLOUD if cloud_host(client.host) else ""),
        embeds=_embeds(shown),
    )


def _embeds(shown: Mapping[str, Any]) -> bool:
    """Read the capabilities, or what Ollama makes them from where a server does not list them: a pooling type."""
    capabilities = shown.get("capabilities")
    if capabilities:
        return "embedding" in capabilities
    info = shown.get("model_info")
    # Servers before 0.2 say nothing of either, nor do they refuse.
    return not info or any(key.endswith(".pooling_type") for key in info)


def _digest(client: OllamaClient, name: str) -> str:
    listed = client.reply("GET", "/api/tags").get("models") or []
    return next((str(raw.get("digest") or "") for raw in listed if same_model(name, str(raw.get("name")))), "")


def _parameter(lines: str, key: str) -> int | None:
    """Read one of the `PARAMETER` lines, `key value`, of a model."""
    for line in lines.splitlines():
        name, _, value = line.partition(" ")
        if name == key and value.strip().isdigit():
            return int(value)
    return None


class ServedModel:
    """A model of an Ollama server, which is asked at first use and not before.

    Parameters
    ----------
    name
        As `ollama list` shows it.
    host
        As in `resolve_host`; None means `OLLAMA_HOST`.
    keep_alive
        How long the server keeps the model loaded: seconds, or `"5m"`; None is the server's own default.
    consent
        Whether text may go to a model in the cloud.
    timeout
        Longest silence of the server in seconds; None is long enough to load a large model.

    Attributes
    ----------
    destination
        Host that text is sent to if the model runs in the cloud, else empty; for a model whose name does not tell, it
        is known after the first use.
    sends
        What goes to the server, as the beginning of a sentence.

    Raises
    ------
    ConsentNeeded
        If the name is that of a model in the cloud and `consent` is False; at first use also if the server says
        that the model runs elsewhere.
    """

    sends = ASKED

    def __init__(
        self, name: str, host: str | None, keep_alive: float | str | None, timeout: float | None, *, consent: bool
    ) -> None:
        self.destination = CLOUD if is_cloud(name) else ""
        if self.destination and not consent:
            raise need_consent(name, self.destination)
        self.name = name
        self.id = f"ollama:{name}"
        self._host = host
        self.consent = consent
        self._timeout = timeout
        self.keep_alive = keep_alive
        self._keep: dict[str, object] = {} if keep_alive is None else {"keep_alive": keep_alive}
        self._client: OllamaClient | None = None
        self._facts: ModelFacts | None = None

    @property
    def server(self) -> str:
        """Base address of the server that texts are sent to; empty where what was given is no address."""
        try:
            return resolve_host(self._host)
        except InputError:
            return ""

    def _connect(self) -> OllamaClient:
        if self._client is None:
            warn_once(self.server, self.sends)
            from workbench.models.ollama.client import READ_SECONDS, OllamaClient

            self._client = OllamaClient(self._host, READ_SECONDS if self._timeout is None else self._timeout)
        return self._client

    def _known(self) -> ModelFacts:
        return self._facts or self._read()

    def _read(self) -> ModelFacts:
        client = self._connect()
        with understood(client.host):
            facts = read_facts(client, self.name)
        self.destination = facts.remote or self.destination
        if self.destination and not self.consent:
            raise need_consent(self.name, self.destination)
        self._facts = facts
        return facts

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
