"""The vectors of a workbench as a LlamaIndex vector store and index. Importing this imports LlamaIndex."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.indices.vector_store.base import VectorStoreIndex
from llama_index.core.schema import BaseNode, TransformComponent
from llama_index.core.storage.storage_context import StorageContext
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)

from workbench.errors import InputError
from workbench.interop.nodes import node_of, where_of
from workbench.records import Chunk
from workbench.retrieval import Options, search

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.chat_engine.types import BaseChatEngine

__all__ = ["WorkbenchIndex", "WorkbenchVectorStore", "index_over"]

_MMR = 0.5
"""Lambda of MMR where none is given, as in LlamaIndex's own stores."""


class WorkbenchVectorStore(BasePydanticVectorStore):
    """Chunks and their vectors as they are in the durable record; it can be asked, not written.

    Searches are exact. `mode="mmr"` is the textbook's, against all picks so far, with `mmr_threshold` as lambda;
    LlamaIndex's own stores look at the last pick alone.

    Parameters
    ----------
    chunks
        n chunks.
    vectors
        float32 (n, d), in their order.
    metric
        `cosine`, `dot` or `euclidean`; scores are higher for closer, as everywhere in the workbench.
    group
        Whether passages that say the same are shown as one.
    """

    stores_text: bool = True
    is_embedding_query: bool = True
    metric: str = "cosine"
    group: bool = True
    _chunks: tuple[Chunk, ...] = PrivateAttr()
    _vectors: np.ndarray = PrivateAttr()

    def __init__(
        self, chunks: Sequence[Chunk], vectors: np.ndarray, metric: str = "cosine", group: bool = True
    ) -> None:
        super().__init__(metric=metric, group=group)  # type: ignore[call-arg]
        self._chunks = tuple(chunks)
        self._vectors = vectors

    @classmethod
    def class_name(cls) -> str:
        """Give the name that LlamaIndex stores."""
        return "WorkbenchVectorStore"

    @property
    def client(self) -> None:
        """There is none: the vectors are read from a file."""
        return

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """Give the nodes closest to a vector, with our scores.

        Raises
        ------
        InputError
            There is no vector, it has the wrong length, or a mode or filter that this store does not have.
        """
        lambda_ = kwargs.pop("mmr_threshold", None)
        if kwargs:
            raise InputError(f"The vector store takes no {', '.join(sorted(kwargs))}; it takes mmr_threshold alone.")
        vector = self._checked(query)
        options = Options(
            top_k=query.similarity_top_k,
            metric=self.metric,
            mmr=_lambda(query, lambda_),
            where=where_of(query.filters),
            within=self._within(query.node_ids, query.doc_ids),
            group=self.group,
        )
        found = search(query.query_str or "", vector, self._vectors, self._chunks, options).passages
        return VectorStoreQueryResult(
            nodes=[node_of(passage.chunk) for passage in found],
            similarities=[passage.score for passage in found],
            ids=[passage.chunk.id for passage in found],
        )

    async def aquery(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """Do what `query` does, on a thread."""
        return await asyncio.to_thread(self.query, query, **kwargs)

    def get_nodes(self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None) -> list[BaseNode]:
        """Give nodes in the order of the corpus: those of these ids, those that pass the filters, or all."""
        from workbench.retrieval.filters import matching

        passes = matching(self._chunks, where_of(filters), node_ids or None).values()
        kept = np.logical_and.reduce([np.ones(len(self._chunks), dtype=bool), *passes])
        return [node_of(self._chunks[row]) for row in np.flatnonzero(kept)]

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:  # noqa: ARG002 - LlamaIndex's signature
        """Refuse: what is embedded is the workbench's to say."""
        raise _read_only(f"{len(nodes)} nodes cannot be added")

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:  # noqa: ARG002
        """Refuse, as `add` does."""
        raise _read_only(f"The document {ref_doc_id!r} cannot be deleted")

    def delete_nodes(
        self,
        node_ids: list[str] | None = None,
        filters: MetadataFilters | None = None,  # noqa: ARG002
        **delete_kwargs: Any,  # noqa: ARG002
    ) -> None:
        """Refuse, as `add` does."""
        raise _read_only(f"{len(node_ids or [])} nodes cannot be deleted")

    def clear(self) -> None:
        """Refuse, as `add` does."""
        raise _read_only("Nothing can be cleared")

    def _checked(self, query: VectorStoreQuery) -> np.ndarray:
        if query.query_embedding is None:
            raise InputError("The query has no vector; this store searches by vectors. Give query_embedding.")
        vector = np.asarray(query.query_embedding, dtype=np.float32)
        if len(self._chunks) and vector.shape != self._vectors.shape[1:]:
            raise InputError(
                f"The query's vector has {vector.size} numbers, those of this store {self._vectors.shape[1]}. Embed "
                "the question with the workbench's own model: its index has it as embed_model."
            )
        return vector

    def _within(self, nodes: Sequence[str] | None, documents: Sequence[str] | None) -> tuple[str, ...] | None:
        if not nodes and not documents:
            return None
        wanted = set(documents or ())
        there = [chunk.id for chunk in self._chunks if not wanted or chunk.document in wanted]
        return tuple(there) if not nodes else tuple(set(nodes) & set(there))


def _lambda(query: VectorStoreQuery, given: float | None) -> float | None:
    if query.mode == VectorStoreQueryMode.MMR:
        return next((value for value in (given, query.mmr_threshold) if value is not None), _MMR)
    if query.mode != VectorStoreQueryMode.DEFAULT:
        raise InputError(
            f"The vector store cannot search in the mode {query.mode.value!r}; it can 'default' and 'mmr'. "
            "wb.as_retriever(mode=...) searches in the workbench's other modes."
        )
    return None


def _read_only(what: str) -> InputError:
    return InputError(
        f"{what}: this index reads the workbench's record. Load the corpus you want with wb.load(...), embed it with "
        "wb.embed(), and ask for the index again."
    )


class WorkbenchIndex(VectorStoreIndex):
    """A `VectorStoreIndex` that never falls back to a language model nobody chose."""

    def as_query_engine(self, llm: Any = None, **kwargs: Any) -> BaseQueryEngine:
        """Give LlamaIndex's own query engine, with its own prompts.

        Raises
        ------
        InputError
            No language model is named: LlamaIndex would take OpenAI's.
        """
        return super().as_query_engine(llm=_named_llm(llm), **kwargs)

    def as_chat_engine(self, chat_mode: Any = "best", llm: Any = None, **kwargs: Any) -> BaseChatEngine:
        """Give LlamaIndex's own chat engine; raises as `as_query_engine` does."""
        return super().as_chat_engine(chat_mode, llm=_named_llm(llm), **kwargs)


def _named_llm(llm: Any) -> Any:
    if llm is None:
        raise InputError(
            "LlamaIndex's own engines need a language model, and would take one of OpenAI where none is named. Give "
            "llm=, a LlamaIndex LLM; or take wb.as_query_engine(), which answers with the workbench's."
        )
    return llm


class _Nothing(TransformComponent):
    """Leaves nodes as they are: the chunks are cut already."""

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> Sequence[BaseNode]:  # noqa: ARG002
        return nodes


def index_over(store: WorkbenchVectorStore, model: BaseEmbedding) -> WorkbenchIndex:
    """Give an index over a store; everything that LlamaIndex's `Settings` would fill in is given."""
    return WorkbenchIndex(
        nodes=[],
        embed_model=model,
        storage_context=StorageContext.from_defaults(vector_store=store),
        callback_manager=CallbackManager([]),
        transformations=[_Nothing()],
    )
