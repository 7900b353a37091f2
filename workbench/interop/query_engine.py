"""The workbench's own answers as a LlamaIndex query engine. Importing this imports LlamaIndex."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks.base import CallbackManager

from workbench.errors import ModelError
from workbench.interop.nodes import scored_nodes
from workbench.interop.retriever import WorkbenchRetriever
from workbench.records import Answer, Passage, Retrieval

if TYPE_CHECKING:
    from llama_index.core.schema import NodeWithScore, QueryBundle

__all__ = ["WorkbenchQueryEngine"]


class WorkbenchQueryEngine(BaseQueryEngine):
    """Answers as `wb.ask` does: our search, our prompt, the workbench's language model.

    A response has the answer's text, the retrieved passages as `source_nodes`, and in `metadata` the model, the
    numbers of the cited passages and those of the passages that the prompt had no room for.

    Parameters
    ----------
    retriever
        Finds the passages.
    answer
        Retrieval to the answer as it grows; the last one is whole.
    """

    def __init__(self, retriever: WorkbenchRetriever, answer: Callable[[Retrieval], Iterator[Answer]]) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._retriever = retriever
        self._answer = answer

    def _get_prompt_modules(self) -> dict[str, object]:  # type: ignore[override]
        return {}

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Give the passages that an answer would be written from."""
        return self._retriever.retrieve(query_bundle)

    def _query(self, query_bundle: QueryBundle) -> Response:
        retrieval = self._retriever.find(query_bundle)
        answer = Answer("")
        for answer in self._answer(retrieval):  # noqa: B007 - the last one counts
            pass
        return _response(answer, retrieval.passages)

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)


def _response(answer: Answer, passages: Sequence[Passage]) -> Response:
    if not passages:
        return Response(answer.problem, [], {"model": answer.model, "complete": False})
    if not answer.complete:
        # A Response has no place to say that it is half an answer.
        raise ModelError(f"{answer.model} did not finish its answer: {answer.problem}")
    metadata = {
        "model": answer.model,
        "complete": True,
        "cited": sorted({citation.number for citation in answer.citations if citation.valid}),
        "left_out": list(answer.prompt.left_out) if answer.prompt is not None else [],
    }
    return Response(answer.text, scored_nodes(passages), metadata)
