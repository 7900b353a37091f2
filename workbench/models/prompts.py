"""What models were trained to see in front of a query and of a document. Data, from the models' own cards."""

from __future__ import annotations

__all__ = ["PREFIXES", "prefixes"]

_SEARCH = "Represent this sentence for searching relevant passages: "
_TASK = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"

PREFIXES: tuple[tuple[str, str, str], ...] = (
    ("mxbai-embed-large", _SEARCH, ""),
    ("snowflake-arctic-embed2", "query: ", ""),
    ("snowflake-arctic-embed-l-v2", "query: ", ""),
    ("snowflake-arctic-embed-m-v2", "query: ", ""),
    ("snowflake-arctic-embed", _SEARCH, ""),
    ("bge-small-en", _SEARCH, ""),
    ("bge-base-en", _SEARCH, ""),
    ("bge-large-en", _SEARCH, ""),
    ("nomic-embed-text", "search_query: ", "search_document: "),
    ("e5-mistral", f"{_TASK} ", ""),
    ("multilingual-e5-large-instruct", f"{_TASK} ", ""),
    ("multilingual-e5-", "query: ", "passage: "),
    ("e5-", "query: ", "passage: "),
    ("qwen3-embedding", _TASK, ""),
    ("embeddinggemma", "task: search result | query: ", "title: none | text: "),
    (
        "instructor-",
        "Represent the question for retrieving supporting documents: ",
        "Represent the document for retrieval: ",
    ),
)
"""Beginning of a model's name, query prefix, document prefix; the first that fits counts.

Those of Instructor are instructions: a person may write others for another task. A model that is not here takes
texts as they are.
"""


def prefixes(name: str) -> tuple[str, str]:
    """Give the query and document prefix that the model of this name was trained with, empty where unknown.

    Parameters
    ----------
    name
        With or without its owner and tag: `BAAI/bge-small-en-v1.5`, `nomic-embed-text:latest`.
    """
    bare = name.rpartition("/")[2].lower()
    return next(((query, document) for family, query, document in PREFIXES if bare.startswith(family)), ("", ""))
