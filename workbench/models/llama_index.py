"""LlamaIndex's `BaseEmbedding` objects."""

from __future__ import annotations

from typing import Any

from workbench.errors import InputError
from workbench.models.own import ObjectModel

__all__ = ["LlamaIndexModel"]

_NO_MATTER = {
    "embed_batch_size",
    "num_workers",
    "show_progress_bar",
    "embeddings_cache",
    "callback_manager",
    "rate_limiter",
}
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
        self._wait()
        return self.inner._get_text_embeddings(texts)  # noqa: SLF001 - what a subclass defines, without the cache

    def query(self, text: str) -> Any:
        """Call its query verb."""
        self._wait()
        return self.inner._get_query_embedding(text)  # noqa: SLF001

    def settings(self) -> dict[str, object]:
        """Give what is known to change a vector; LlamaIndex's own housekeeping is left out."""
        return {name: value for name, value in super().settings().items() if name not in _NO_MATTER}

    def as_llama_index(self, **options: Any) -> Any:
        """Give the object itself back.

        Raises
        ------
        InputError
            Options were given: they belong to the object.
        """
        if options:
            raise InputError(
                f"{self.id} is a LlamaIndex object already, so {', '.join(options)} cannot be set here. Set it on the "
                "object: it is what as_llama_index() gives."
            )
        return self.inner

    def _wait(self) -> None:
        # What its public verbs do, too, before they call those that are called here.
        if getattr(self.inner, "rate_limiter", None) is not None:
            self.inner.rate_limiter.acquire()
