"""LangChain's `Embeddings` objects."""

from __future__ import annotations

from workbench.models.own import OwnModel

__all__ = ["LangChainModel"]


class LangChainModel(OwnModel):
    """Any LangChain `Embeddings`: it has the two verbs of an object of one's own, and a name of its own here."""

    provider = "langchain"

    def own_batch_size(self) -> int | None:
        """Give what several LangChain classes call `chunk_size`: texts a request."""
        size = getattr(self.inner, "chunk_size", None)
        return size if isinstance(size, int) and size > 0 else None
