"""LlamaIndex's `BaseEmbedding` objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.models.own import ObjectModel, settings_of

__all__ = ["LlamaIndexModel"]

_NO_MATTER = {"embed_batch_size", "num_workers", "callback_manager", "show_progress_bar", "embeddings_cache"}
"""Settings that change no vector."""


class LlamaIndexModel(ObjectModel):
    """Any LlamaIndex `BaseEmbedding`, through its own query and text verbs and in its own batches.

    Its verbs without cache are called: the cache of a `BaseEmbedding` is keyed by the text alone, so that a query and
    a document of one wording would share a vector. What was embedded is kept by the workbench, by its own key.
    """

    provider = "llama_index"

    def own_batch_size(self) -> int | None:
        """Give its `embed_batch_size`."""
        return int(self.inner.embed_batch_size)

    def documents(self, texts: list[str]) -> Any:
        """Call its text verb."""
        return self.inner._get_text_embeddings(texts)  # noqa: SLF001 - what a subclass defines, without the cache

    def query(self, text: str) -> Any:
        """Call its query verb."""
        return self.inner._get_query_embedding(text)  # noqa: SLF001

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that is known to change a vector; LlamaIndex's own housekeeping is left out."""
        settings = {name: value for name, value in settings_of(self.inner).items() if name not in _NO_MATTER}
        return {**super().fingerprint(), "settings": settings}

    def as_llama_index(self, **_: Any) -> Any:
        """Give the object itself back."""
        return self.inner
