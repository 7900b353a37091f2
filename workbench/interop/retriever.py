"""The workbench's own search as a LlamaIndex retriever. Importing this imports LlamaIndex."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks.base import CallbackManager

from workbench.errors import InputError
from workbench.interop.nodes import scored_nodes
from workbench.records import Retrieval

if TYPE_CHECKING:
    from llama_index.core.schema import NodeWithScore, QueryBundle

__all__ = ["WorkbenchRetriever"]


class WorkbenchRetriever(BaseRetriever):
    """Finds what `wb.search` finds: the same passages in the same order, with the same scores.

    The asynchronous verbs work on a thread, so that they run in a notebook, whose event loop is busy already, as
    often as one likes.

    Parameters
    ----------
    find
        Question to retrieval.
    """

    def __init__(self, find: Callable[[str], Retrieval]) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._find = find

    def find(self, query: QueryBundle) -> Retrieval:
        """Give the retrieval of the workbench, which says more than nodes can.

        Raises
        ------
        InputError
            The bundle asks for another text to be embedded than the question.
        """
        if query.custom_embedding_strs:
            raise InputError(
                f"The query has {len(query.custom_embedding_strs)} custom_embedding_strs; this retriever embeds the "
                "question itself. Give the text as the question, or use wb.as_vector_store_index().as_retriever()."
            )
        return self._find(query.query_str)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return scored_nodes(self.find(query_bundle).passages)

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
