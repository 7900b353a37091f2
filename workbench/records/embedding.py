"""What embedding does, how far it is, and what there is to embed with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["EmbedPlan", "EmbedReport", "ModelInfo", "Progress", "ServerModel", "ServerStatus"]


@dataclass(frozen=True, eq=False)
class EmbedPlan:
    """What the next run of embedding would do, counted in chunks as in `EmbedReport`.

    `missing` is the number of vectors to compute, `missing_tokens` the tokens of their texts; `truncated` the chunks
    with more tokens than the model reads.
    """

    new: int
    changed: int
    gone: int
    reused: int
    missing: int
    truncated: int = 0
    missing_tokens: int = 0

    @property
    def total(self) -> int:
        """Chunks that would be embedded in the end."""
        return self.new + self.changed + self.reused


@dataclass(frozen=True, eq=False)
class EmbedReport:
    """What one run of embedding did, counted in chunks; new + changed + reused is the number of chunks.

    Attributes
    ----------
    new
        Chunks whose vector was computed for the first time.
    changed
        Chunks with a known id and another text than when this collection was last embedded.
    gone
        Chunks of the last time that are no longer there; their vectors stay in the record.
    reused
        Chunks whose vector was in the record already.
    seconds
        Wall time.
    chunks_per_second
        Computed vectors a second; 0 where none was computed.
    truncated
        Chunks with more tokens than the model reads.
    """

    new: int
    changed: int
    gone: int
    reused: int
    seconds: float = 0.0
    chunks_per_second: float = 0.0
    truncated: int = 0

    @property
    def total(self) -> int:
        """Chunks that are embedded now."""
        return self.new + self.changed + self.reused


@dataclass(frozen=True, eq=False)
class Progress:
    """How far a job is: `lane` is embed, map, ask or pull; `state` is running, done, cancelled or failed.

    `rate` is in `unit` a second and `seconds_left` an estimate; both are None until they can be said.
    """

    lane: str
    label: str
    done: int = 0
    total: int = 0
    unit: str = "chunks"
    rate: float | None = None
    seconds_left: float | None = None
    state: Literal["running", "done", "cancelled", "failed"] = "running"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A row of the model pickers.

    Attributes
    ----------
    id
        `provider:name`.
    provider
        First part of the id.
    ready
        Whether it can be used now, without a download.
    kind
        `embedding` or `language`.
    dimensions, max_tokens
        None where it is not known before the first use.
    text_tokens
        Most tokens of a document's own text: `max_tokens` less the model's marks and its prefix.
    parameters
        Number of weights in millions, None where unknown.
    size_mb
        Size on disk or of the download in MB (10**6 bytes), None where unknown.
    query_prefix, document_prefix
        Text put in front of a query or document.
    link
        Where the model is described.
    digest
        Revision or digest, as far as known.
    note
        One sentence a person should read before using it, empty for most.
    destination
        Host that texts are sent to, where that is neither this machine nor a server of the person's own.
    price
        US dollars for a million tokens, None where nothing is charged or nobody knows.
    variant
        What tells it from the plain model of that name, such as `int8`; empty for most.
    """

    id: str
    provider: str
    ready: bool
    kind: Literal["embedding", "language"] = "embedding"
    dimensions: int | None = None
    max_tokens: int | None = None
    text_tokens: int | None = None
    parameters: float | None = None
    size_mb: float | None = None
    query_prefix: str = ""
    document_prefix: str = ""
    link: str = ""
    digest: str = ""
    note: str = ""
    destination: str = ""
    price: float | None = None
    variant: str = ""


@dataclass(frozen=True, slots=True)
class ServerModel:
    """A model that an Ollama server lists.

    Attributes
    ----------
    name
        As the server lists it.
    kind
        By its capabilities.
    size
        Bytes on disk.
    digest
        64 hex digits.
    parameters
        Millions of weights, None where unknown.
    modified
        ISO 8601.
    cloud
        Whether text sent to it leaves for ollama.com.
    loaded
        Whether it is in the server's memory now.
    memory
        Bytes that it takes there, 0 where it is not loaded.
    expires
        ISO 8601: when the server unloads it; empty where it is not loaded.
    """

    name: str
    kind: Literal["embedding", "language"]
    size: int = 0
    digest: str = ""
    parameters: float | None = None
    modified: str = ""
    cloud: bool = False
    loaded: bool = False
    memory: int = 0
    expires: str = ""


@dataclass(frozen=True, eq=False)
class ServerStatus:
    """Whether an Ollama server answers at `host`; if not, `problem` says so and `hint` what to do.

    One that is `silent` said nothing within the time it was given, and may only be slow.
    """

    host: str
    reachable: bool = False
    silent: bool = False
    version: str = ""
    models: tuple[ServerModel, ...] = ()
    problem: str = ""
    hint: str = ""
