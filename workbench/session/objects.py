"""The public verbs that meet other libraries: their collections opened, objects and code given to them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from workbench.errors import InputError
from workbench.generation import stream_answer
from workbench.index.chroma_client import chroma_folder
from workbench.jobs.lane import Job
from workbench.session import work
from workbench.session.answering import asking_of
from workbench.session.maps import MapVerbs
from workbench.session.prepare import prepared
from workbench.session.searching import options_of

if TYPE_CHECKING:
    from workbench.export import Done
    from workbench.interop.query_engine import WorkbenchQueryEngine
    from workbench.interop.retriever import WorkbenchRetriever
    from workbench.interop.vector_store import WorkbenchIndex
    from workbench.records import Answer, Chunk, Retrieval
    from workbench.session.opening import Opened

__all__ = ["ObjectVerbs"]


class ObjectVerbs(MapVerbs):
    """Collections that others have filled, LlamaIndex objects over the same index, and code that does the same.

    What the objects are asked does not move the panels, and no newer question overtakes it: other programs ask many.
    """

    @classmethod
    def from_chroma(cls, place: str | Path, collection: str, model: Any = None, **options: Any) -> Self:
        """Open a Chroma collection that others have filled: its ids, texts, metadata and vectors, in its own metric.

        It is read once, from a copy, by a process of its own; nothing in it is changed, and its embedding function is
        never used. Open it again to see what was added.

        Parameters
        ----------
        place
            Folder that `chromadb.PersistentClient` was given, or `http://host:port`.
        collection
            Its name.
        model
            The embedding model that it was filled with: an id or an object. It embeds the questions.
        **options
            `store` and `llm`, as for `Workbench`.

        Raises
        ------
        InputError
            There is no such collection, no model is named or it makes other vectors, or no row has text and vector.
        StoreError
            The collection cannot be read.
        """
        from workbench.session.opening import open_chroma

        return cls._of_opened(open_chroma(place, collection, model), options)

    @classmethod
    def from_index(cls, index: Any, model: Any = None, **options: Any) -> Self:
        """Open a `VectorStoreIndex` of LlamaIndex with its nodes and vectors; raises as `from_chroma` does.

        Parameters
        ----------
        index
            One that keeps its vectors in memory or in Chroma.
        model
            By default the index's own `embed_model`.
        **options
            `store` and `llm`, as for `Workbench`.
        """
        from workbench.session.opening import open_index

        return cls._of_opened(open_index(index, model), options)

    @classmethod
    def _of_opened(cls, opened: Opened, options: dict[str, Any]) -> Self:
        make: Any = cls
        made: Self = make(opened.corpus, model=opened.model, **options)
        made.metric = opened.metric
        return made

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
        store = WorkbenchVectorStore(chunks, vectors, metric or self.metric, group=self.group)
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
            self.do("fill_index")
        return code

    def code(self) -> str:
        """Give the cell as `show_code` does, at once: the index may be a moment behind."""
        from workbench.export import code_of

        return code_of(self._done())

    def _done(self) -> Done:
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
            model=getattr(now.model, "question_model", now.model),
            retrieval=retrieval,
            answer=answer if answer is not None and answer.retrieval is retrieval else None,
            language=_language(retrieval, self.chunk_list),
        )

    def _search_options(self, top_k: int | None, options: dict[str, Any]) -> dict[str, Any]:
        me: Any = self
        known = set(signature(me.search).parameters) - {"question"}
        if unknown := sorted(set(options) - known):
            raise InputError(f"search has no option {', '.join(unknown)}. It takes {', '.join(sorted(known))}.")
        given = {"top_k": top_k, **options}
        options_of(self, given)  # a value that cannot be used is refused here, not at the first question
        return given

    def _find_quietly(self, question: str, options: dict[str, Any]) -> Retrieval:
        return self._on_this_thread(
            Job("retrieve", lambda job: work.look_up(self, job, question, options_of(self, options)))
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


def _language(retrieval: Retrieval, chunks: Sequence[Chunk]) -> str | None:
    """Give the language that words were cut in, empty for none; None where a text has no blanks between words."""
    if retrieval.options["mode"] == "dense":
        return ""
    from workbench.retrieval.language import language_of
    from workbench.retrieval.lexical import has_unspaced

    texts = [chunk.text for chunk in chunks]
    return None if has_unspaced([*texts, retrieval.query]) else language_of(texts)


_turn = threading.RLock()
