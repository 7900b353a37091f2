"""What every embedding model of ours has beside the protocol's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.models.remote.in_clear import EMBEDDED

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

__all__ = ["Model"]


class Model:
    """Base of the embedding models: harmless defaults, and the way back to LlamaIndex.

    Attributes
    ----------
    destination
        Host that the texts are sent to, if it is not this machine or a server of the person's own; empty for most.
    price
        US dollars for a million tokens, None where nothing is charged or nobody knows.
    consent
        Whether texts may leave for `destination`.
    variant
        What tells it from the plain model of that name, such as `int8`; empty for most.
    any_batch
        Whether `embed` takes any number of texts at once, and two calls at a time, at no loss: true of models that run
        here and slice by themselves.
    sends
        What goes to its server, if it has one, as the beginning of a sentence.
    """

    id: str
    destination: str = ""
    price: float | None = None
    consent: bool = False
    variant: str = ""
    any_batch: bool = False
    sends: str = EMBEDDED

    @property
    def server(self) -> str:
        """Base address of the server that texts are sent to; empty for a model that runs in this process."""
        return ""

    def block_ends(self, texts: Sequence[str]) -> Sequence[int]:
        """Give the row after each block of texts that `embed` should be given whole; here each text is one."""
        return range(1, len(texts) + 1)

    def as_llama_index(self, **options: Any) -> BaseEmbedding:
        """Give this model as LlamaIndex's `BaseEmbedding`, for `Settings.embed_model`, an index, or alone."""
        from workbench.models.as_llama_index import as_llama_index

        return as_llama_index(self, **options)  # type: ignore[arg-type]

    def close(self) -> None:
        """Give back memory and connections; may be called twice."""

    def __repr__(self) -> str:
        variant = f", {self.variant}" if self.variant else ""
        return f"{type(self).__name__}({self.id!r}{variant})"
