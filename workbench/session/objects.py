"""The public verbs that hand work over to other libraries: LlamaIndex objects, and the cell that does the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.generation import stream_answer
from workbench.index.chroma_client import chroma_folder
from workbench.jobs.lane import Job
from workbench.session import work
from workbench.session.answering import asking_of
from workbench.session.models import ModelVerbs
from workbench.session.prepare import prepared

if TYPE_CHECKING:
    from workbench.export import Done
    from workbench.interop.query_engine import WorkbenchQueryEngine
    from workbench.interop.retriever import WorkbenchRetriever
    from workbench.interop.vector_store import WorkbenchIndex
    from workbench.records import Answer, Retrieval

__all__ = ["ObjectVerbs"]


class ObjectVerbs(ModelVerbs):
    """LlamaIndex objects over the same index, with the same results, and no model that nobody chose; code as well.

    What the objects are asked does not move the panels, and no newer question overtakes it: other programs ask many.
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

    def show_code(self) -> str:
        """Give the cell that does what was last done with plain chromadb, LlamaIndex and the model's own library.

        It reads the chunks from the Chroma index, which is brought up to date first.

        Raises
        ------
        InputError
            Nothing was asked yet, or the corpus or model is another one by now.
        """
        code = self.code()
        if self.store is not None and self.store.writable:
            self.submit("fill_index").wait()
        return code

    def code(self) -> str:
        """Give the cell as `show_code` does, at once: the index may be a moment behind."""
        from workbench.export import code_of

        return code_of(self.done())

    def done(self) -> Done:
        """Give what was last done: the search, and the answer if there is one.

        Raises
        ------
        InputError
            As for `show_code`.
        """
        from workbench.export import Done

        now, retrieval, answer = self.prepared, self.retrieval, self.answer
        if retrieval is None or self.store is None:
            raise InputError("Nothing was asked yet. Search or ask first: wb.ask('...'); then there is code to show.")
        if now is None or retrieval.options.get("model") != now.model.id:
            raise InputError("The embedding model is another one since this question was asked. Ask it again.")
        return Done(
            index=self.chroma_server or str(chroma_folder(self.store.path)),
            collection=now.collection.name,
            chunking=now.collection.chunking,
            model=now.model,
            retrieval=retrieval,
            answer=answer if answer is not None and answer.retrieval is retrieval else None,
        )

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
            yield from stream_answer(retrieval, language, job.cancel, asking_of(self, embedding))
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
