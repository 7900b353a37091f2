"""Our models as LlamaIndex's `BaseEmbedding`. Importing this imports LlamaIndex: `Model.as_llama_index` does so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

from workbench.models import prepare

if TYPE_CHECKING:
    from workbench.protocols import EmbeddingModel, Role

__all__ = ["WorkbenchEmbedding", "as_llama_index"]

_MOST = 2048
"""Largest `embed_batch_size` that LlamaIndex takes."""
_LOCAL = 64


class WorkbenchEmbedding(BaseEmbedding):
    """An embedding model of the workbench, as LlamaIndex knows one.

    The prefix of the role is put in front, once. The asynchronous verbs work on a thread, so that they run in a
    notebook, whose event loop is busy already, as often as one likes.
    """

    _model: Any = PrivateAttr()

    def __init__(self, model: EmbeddingModel, **options: Any) -> None:
        size = max(model.batch_size, _LOCAL) if getattr(model, "any_batch", False) else model.batch_size
        super().__init__(**{"model_name": model.id, "embed_batch_size": min(size, _MOST), **options})
        self._model = model

    @classmethod
    def class_name(cls) -> str:
        """Give the name that LlamaIndex stores."""
        return "WorkbenchEmbedding"

    @property
    def workbench_model(self) -> EmbeddingModel:
        """The model itself."""
        return self._model

    def _embedded(self, texts: Sequence[str], role: Role) -> list[list[float]]:
        return self._model.embed(prepare(self._model, texts, role), role).tolist()

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embedded([query], "query")[0]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embedded([text], "document")[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embedded(texts, "document")

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)


def as_llama_index(model: EmbeddingModel, **options: Any) -> BaseEmbedding:
    """Give a model as LlamaIndex's `BaseEmbedding`.

    Parameters
    ----------
    model
        Any embedding model of the workbench.
    **options
        Fields of `BaseEmbedding`, such as `embed_batch_size` or `num_workers`.
    """
    return WorkbenchEmbedding(model, **options)
