"""The workbench: everything that a button does is one method call here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.corpus import check_source, docstring_documents
from workbench.records import Answer, Compaction, Diagnosis, EmbedReport, LoadReport, Retrieval
from workbench.session.answers import AnswerVerbs
from workbench.session.objects import ObjectVerbs
from workbench.session.searching import OPTIONS
from workbench.shown import visible

if TYPE_CHECKING:
    import pandas as pd

    from workbench.app import Panels
    from workbench.records import ModelInfo
    from workbench.retrieval import WhyNot

__all__ = ["Workbench"]


class Workbench(AnswerVerbs, ObjectVerbs):
    """A corpus, the model that reads it, the map of it, and the answers written from it.

    Parameters
    ----------
    corpus
        A folder or file, a list of texts, a DataFrame, a list of our, LlamaIndex or LangChain documents; nothing
        opens with the corpus picker.
    store
        Folder for the vectors, or the address of a Chroma server for its index alone; by default a folder of the
        corpus's own in the user's cache.
    model
        Embedding model: `provider:name` or an object; by default the bundled one.
    llm
        Language model: `ollama:name`, `extractive` or an object; by default the newest local model of the Ollama
        server that can complete, else `extractive`.

    Raises
    ------
    CorpusNotFound
        The path is not there.
    InputError
        The corpus is of no known kind.

    Notes
    -----
    Loading and embedding happen at first use, or when they are asked for. Methods block until done, stop on Ctrl-C,
    and return a record; `submit` starts the same work without waiting.
    """

    def __init__(self, corpus: Any = None, store: str | Path | None = None, model: Any = None, llm: Any = None) -> None:
        check_source(corpus)
        super().__init__(corpus, store)
        self.choose(model=model, llm=llm)

    @classmethod
    def from_docstrings(cls, packages: list[str], **options: Any) -> Workbench:
        """Open the docstrings of installed libraries as a corpus: thousands of chunks with no download."""
        return cls(list(docstring_documents(packages)), **options)

    # Corpus -----------------------------------------------------------------------------------------------------

    def load(self, corpus: Any) -> LoadReport:
        """Read another corpus in place of this one."""
        self.do("load", corpus)
        return self.load_report

    def refresh(self) -> LoadReport:
        """Read the same sources again, and see what another process has embedded."""
        self.do("refresh")
        return self.load_report

    # Embedding, search, answer -----------------------------------------------------------------------------

    def embed(
        self, model: Any = None, chunk_size: int | str | None = None, chunk_overlap: int | None = None
    ) -> EmbedReport:
        """Embed what is missing; the arguments become the workbench's own settings."""
        self.choose(model=model, chunk_size=chunk_size, chunk_overlap=chunk_overlap)
        return self.do("embed")

    def search(
        self,
        question: str,
        top_k: int | None = None,
        mode: str | None = None,
        metric: str | None = None,
        mmr: float | None = None,
        threshold: float | None = None,
        where: Mapping[str, object] | None = None,
        within: Any = None,
        rerank: Any = None,
        expand: str | tuple[str, ...] | None = None,
        engine: str | None = None,
        weights: tuple[float, float] | None = None,
        group: bool | None = None,
    ) -> Retrieval:
        """Find the passages of a question; None means the workbench's own setting.

        Parameters
        ----------
        question
            Any text with words in it.
        top_k
            Number of passages.
        mode
            `dense` (vectors), `lexical` (BM25) or `hybrid` (both, by reciprocal rank fusion).
        metric
            `cosine`, `dot` or `euclidean`.
        mmr
            Lambda of maximal marginal relevance, 0 to 1.
        threshold
            Least score, in the unit of the passages' scores.
        where
            `{"field": value or list}` on metadata.
        within
            Chunk ids, or a DataFrame with an `id` column.
        rerank
            Id of a cross-encoder, a `CrossEncoder`, or a function of a question and texts that gives a number a text.
        expand
            `queries` (asked in other words too), `hyde` (with a passage that might answer), or both.
        engine
            `exact`, or `hnsw`: Chroma's approximate index, by cosine.
        weights
            Of the vectors' and the words' ranking in hybrid search.
        group
            Whether passages that say the same are shown as one.
        """
        return self.do("search", question, **_given(locals()))

    def ask(
        self,
        question: str,
        llm: Any = None,
        stream: bool = False,
        top_k: int | None = None,
        mode: str | None = None,
        metric: str | None = None,
        mmr: float | None = None,
        threshold: float | None = None,
        where: Mapping[str, object] | None = None,
        within: Any = None,
        rerank: Any = None,
        expand: str | tuple[str, ...] | None = None,
        engine: str | None = None,
        weights: tuple[float, float] | None = None,
        group: bool | None = None,
    ) -> Answer | Iterator[str]:
        """Search, and have a language model answer from the passages; `stream=True` gives pieces of text."""
        given = _given(locals())
        if stream:
            return self._stream(question, llm, given)
        return self.do("ask", question, llm=llm, **given)

    def _stream(self, question: str, llm: Any, given: dict[str, Any]) -> Iterator[str]:
        from queue import Empty, SimpleQueue

        pieces: SimpleQueue[str] = SimpleQueue()
        job = self.submit("ask", question, llm=llm, heard=pieces.put, **given)
        try:
            while not (job.done.is_set() and pieces.empty()):
                try:
                    yield pieces.get(timeout=0.05)
                except Empty:
                    continue
            job.wait()
        finally:
            job.cancel.set()

    def why_not(self, question: str, chunk: str) -> WhyNot:
        """Say why a chunk is not among the passages of a question: its rank, its score, what dropped it."""
        from workbench.retrieval import why_not

        last, answer = self.retrieval, self.answer
        if last is None or last.query != question.strip():
            last = self.search(question)
        return why_not(last, chunk, answer if answer is not None and answer.retrieval is last else None)

    def more_like(self, chunk: str, top_k: int | None = None) -> Retrieval:
        """Find the passages most like a chunk, by its own vector; the chunk itself is left out.

        Raises
        ------
        InputError
            There is no chunk of that id.
        """
        return self.do("more_like", chunk, top_k)

    # Looking ----------------------------------------------------------------------------------------------------

    @property
    def selected(self) -> pd.DataFrame:
        """The selected chunks, as rows of `chunks`."""
        frame = self.chunks
        return frame[frame["id"].isin(self.selection)].reset_index(drop=True)

    @property
    def history(self) -> pd.DataFrame:
        """The last 50 questions, newest first."""
        from workbench.frames import history_frame

        return history_frame(self.past)

    @property
    def panels(self) -> Panels:
        """The panels, each of which stands alone: `wb.panels.map`."""
        if self._panels is None:
            from workbench.app import Panels

            self._panels = Panels(self)
        return self._panels

    def llm_choices(self) -> tuple[ModelInfo, ...]:
        """List language models, those ready now first, `extractive` last."""
        from workbench.session.choices import language_choices

        return language_choices(self.server)

    def rebuild_index(self) -> int:
        """Make the Chroma index anew from the record, without embedding; gives the number of its rows."""
        return self.do("rebuild_index")

    def compact(self, dry_run: bool = False) -> Compaction:
        """Drop what nothing uses any more, and give its room back to the disk.

        Dropped are vectors of texts that are gone and of past questions (which are embedded again when they are asked
        again), what was kept of documents and collections that are gone, collections of the Chroma index that the
        record does not have, what was set aside as damaged or left behind by killed processes, and files handed over
        in the browser a week ago. All stored chunks of every corpus and model keep their vectors.

        Parameters
        ----------
        dry_run
            Only count.

        Raises
        ------
        StoreLocked
            Another process is the writer.
        StoreFull
            The disk is full: while it is made compact a store takes up to twice its room. Nothing is lost.
        """
        return self.do("compact", dry_run=dry_run)

    def doctor(self) -> Diagnosis:
        """Look for what is wrong with this installation and this store, and say what to do; nothing is changed.

        It takes a few seconds. The store is looked at by a process of its own, whoever writes to it; where the corpus
        is in memory and was not read yet, there is none to be looked at.
        """
        from workbench.doctor import examine
        from workbench.session.places import store_place

        return examine(self.store.path if self.store is not None else store_place(self.source, self.store_given))

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from workbench.app import show

        return show(self)

    def __repr__(self) -> str:
        name = visible(self.corpus_name or "no corpus read yet")
        return f"Workbench({name}, {len(self.chunk_list)} chunks, {self.embedded} embedded)"

    def __enter__(self) -> Workbench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_OPTIONS = (*OPTIONS, "within")


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in _OPTIONS if values[name] is not None}
