"""One cell that does what was done, with plain libraries and nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.export.answer_code import answer_part
from workbench.export.literals import Part, call, comment
from workbench.export.prompt_code import prompt_part
from workbench.export.question_code import question_part
from workbench.export.search_code import by_name, search_part
from workbench.index.chroma_address import address_parts, is_address
from workbench.records import Answer, Retrieval

__all__ = ["Done", "code_of"]


@dataclass(frozen=True, eq=False)
class Done:
    """What was done.

    Attributes
    ----------
    index
        Folder of the Chroma index, or `http://host:port` of its server.
    collection
        Its name there.
    chunking
        How documents were cut: `size` in tokens of the model or `document`, and `overlap`.
    model
        The embedding model.
    retrieval
        What was found.
    answer
        What was written from it, if anything was.
    language
        For a search by words: of stemmer and stop words; empty for neither, None where the texts have no blanks.
    """

    index: str
    collection: str
    chunking: Mapping[str, object]
    model: Any
    retrieval: Retrieval
    answer: Answer | None = None
    language: str | None = ""


def code_of(done: Done) -> str:
    """Write the cell.

    Parameters
    ----------
    done
        What is to be done again.

    Returns
    -------
    str
        Python source. Every value in it stands as a literal, so that no text can become code. It sets `ids`, `scores`
        and `passages`; with an answer `messages`, and with a model that plain libraries can ask `answer`.
    """
    parts = [_head(done), _chunks(done)]
    asks = done.retrieval.options["mode"] != "lexical"  # else the question has no vector
    if asks and not by_name(done.retrieval, done.language):
        parts.append(question_part(done.model))
    parts += [search_part(done.retrieval, done.language), _found()]
    prompt = done.answer.prompt if done.answer is not None else None
    if done.answer is not None and prompt is not None and prompt.passages:
        parts += [prompt_part(prompt, len(done.retrieval)), answer_part(done.answer.model, prompt)]
    return "\n".join(_joined(parts)) + "\n"


def _joined(parts: list[Part]) -> Iterator[str]:
    lines = {line for part in parts for line in part.imports}
    yield from comment("What the workbench did, with plain libraries: run it in any Python that has them.")
    yield from sorted(lines, key=lambda line: (line.startswith("from "), line.lower()))
    for part in parts:
        yield ""
        yield from part.lines


def _head(done: Done) -> Part:
    top_k = done.retrieval.options.get("top_k", len(done.retrieval))
    return Part((), (f"QUESTION = {done.retrieval.query!r}", f"TOP_K = {top_k!r}"))


def _chunks(done: Done) -> Part:
    lines = [
        *comment(f"{_cut(done.chunking)} They are read from the index with the vectors they were given: splitters of "
                 "LlamaIndex count the tokens of another vocabulary, and would cut elsewhere. embedding_function=None "
                 "keeps Chroma from embedding anything with a model of its own."),
        f"client = {_client(done.index)}",
        f"index = client.get_collection({done.collection!r}, embedding_function=None)",
        "rows = index.get(include=['documents', 'embeddings', 'metadatas'])",
    ]  # fmt: skip
    return Part(("import chromadb",), tuple(lines))


def _cut(chunking: Mapping[str, object]) -> str:
    size = chunking.get("size")
    if isinstance(size, int):
        overlap = chunking.get("overlap", 0)
        return f"The chunks, of at most {size} tokens of the embedding model, with {overlap!r} of overlap."
    return "The chunks, a whole document each." if size == "document" else "The chunks, as they were found."


def _client(index: str) -> str:
    if is_address(index):
        host, port, secure = address_parts(index)
        return call("chromadb.HttpClient", host=host, port=port, ssl=secure)
    return call("chromadb.PersistentClient", path=index)


def _found() -> Part:
    lines = (
        "ids = [rows['ids'][row] for row in order]",
        "passages = [(rows['metadatas'][row]['document'], rows['documents'][row]) for row in order]",
        "for rank, (one, score) in enumerate(zip(ids, scores), 1):",
        "    print(rank, f'{score:.3f}', one)",
    )
    return Part((), lines)
