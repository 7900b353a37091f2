"""The public verbs that give LlamaIndex objects."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.jobs.lane import Job
from workbench.session import work
from workbench.session.models import ModelVerbs
from workbench.session.prepare import prepared

if TYPE_CHECKING:
    from workbench.interop.query_engine import WorkbenchQueryEngine
    from workbench.interop.retriever import WorkbenchRetriever
    from workbench.interop.vector_store import WorkbenchIndex
    from workbench.records import Answer, Retrieval

__all__ = ["ObjectVerbs"]


class ObjectVerbs(ModelVerbs):
    """LlamaIndex objects over the same index, with the same results, and no model that nobody chose.

    What they are asked does not move the panels, and no newer question overtakes it: other programs ask many.
    """

    def as_retriever(self, top_k: int | None = None, **options: Any) -> WorkbenchRetriever:
        """Give a LlamaIndex retriever that finds what `search` finds.

        Parameters
        ----------
        top_k, **options
            As for `search`. What is not given is the workbench's own setting at the time of each question.

        Raises
        ------
        InputError
            An option that `search` does not have.
        """
        from workbench.interop.retriever import WorkbenchRetriever

        return WorkbenchRetriever(partial(self._find_quietly, options=self._search_options(top_k, options)))

    def as_query_engine(self, llm: Any = None, top_k: int | None = None, **options: Any) -> WorkbenchQueryEngine:
        """Give a LlamaIndex query engine that answers as `ask` does.

        Parameters
        ----------
        llm
            Language model, as for `ask`; None is the workbench's own at the time of each question.
        top_k, **options
            As for `search`.

        Raises
        ------
        InputError
            An option that `search` does not have.
        """
        from workbench.interop.query_engine import WorkbenchQueryEngine

        return WorkbenchQueryEngine(self.as_retriever(top_k, **options), partial(self._answer_quietly, llm=llm))

    def as_vector_store_index(self, metric: str | None = None) -> WorkbenchIndex:
        """Give a LlamaIndex `VectorStoreIndex` over the vectors of this corpus, with its embedding model.

        It stays as it is when the workbench turns to another corpus or model. It cannot be written: the workbench
        embeds. What is missing is embedded first.

        Parameters
        ----------
        metric
            `cosine`, `dot` or `euclidean`; None is the workbench's own setting.
        """
        from workbench.interop.vector_store import WorkbenchVectorStore, index_over
        from workbench.models.as_llama_index import as_llama_index

        now, chunks, vectors = self._on_this_thread(Job("index", lambda job: work.searchable(self, job)))
        store = WorkbenchVectorStore(chunks, vectors, metric or self.metric)
        model: Any = now.model
        return index_over(store, model.as_llama_index() if hasattr(model, "as_llama_index") else as_llama_index(model))

    def _search_options(self, top_k: int | None, options: dict[str, Any]) -> dict[str, Any]:
        me: Any = self
        known = set(signature(me.search).parameters) - {"question"}
        if unknown := sorted(set(options) - known):
            raise InputError(f"search has no option {', '.join(unknown)}. It takes {', '.join(sorted(known))}.")
        given = {"top_k": top_k, **options}
        work.options_of(self, given)  # a value that cannot be used is refused here, not at the first question
        return given

    def _find_quietly(self, question: str, options: dict[str, Any]) -> Retrieval:
        return self._on_this_thread(
            Job("retrieve", lambda job: work.look_up(self, job, question, work.options_of(self, options)))
        )

    def _answer_quietly(self, retrieval: Retrieval, llm: Any) -> Iterator[Answer]:
        job = Job("answer", lambda job: prepared(self, job).model)
        embedding = self._on_this_thread(job)
        language = self.language_model(None, embedding) if llm is None else self.new_language_model(llm, embedding)
        try:
            yield from work.answered(self, job, retrieval, language)
        finally:
            if isinstance(llm, str):
                language.close()

    def _on_this_thread(self, job: Job) -> Any:
        """Do a job's work where it was asked for, one after another: questions may come from many threads at once."""
        if self.closed:
            raise InputError(
                "The workbench behind this is closed. Make a new one: Workbench(...); its vectors are kept."
            )
        with _turn:
            job.run()
        return job.wait()


_turn = threading.RLock()
