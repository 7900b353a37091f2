"""Embedding models by name: what is known of them before they are loaded. Data, no code.

Sources: the models' own cards and configuration files. `parameters` in millions; `size_mb` of the download.
"""

from __future__ import annotations

from workbench.records import ModelInfo

__all__ = ["CATALOGUE", "SHARED_VOCABULARY", "known", "prefixes"]

_SEARCH = "Represent this sentence for searching relevant passages: "

CATALOGUE: tuple[ModelInfo, ...] = (
    ModelInfo(
        id="bundled:all-MiniLM-L6-v2",
        provider="bundled",
        ready=True,
        dimensions=384,
        max_tokens=256,
        parameters=22.7,
        size_mb=91,
        link="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        note="Installed with the workbench; English, small and quick.",
    ),
    ModelInfo(
        id="ollama:mxbai-embed-large",
        provider="ollama",
        ready=False,
        dimensions=1024,
        max_tokens=512,
        parameters=334,
        size_mb=670,
        query_prefix=_SEARCH,
        link="https://ollama.com/library/mxbai-embed-large",
    ),
    ModelInfo(
        id="ollama:nomic-embed-text",
        provider="ollama",
        ready=False,
        dimensions=768,
        max_tokens=2048,
        parameters=137,
        size_mb=274,
        query_prefix="search_query: ",
        document_prefix="search_document: ",
        link="https://ollama.com/library/nomic-embed-text",
    ),
    ModelInfo(
        id="ollama:all-minilm",
        provider="ollama",
        ready=False,
        dimensions=384,
        max_tokens=256,
        parameters=23,
        size_mb=46,
        link="https://ollama.com/library/all-minilm",
    ),
)

_PREFIXES: tuple[tuple[str, str, str], ...] = (
    ("mxbai-embed-large", _SEARCH, ""),
    ("snowflake-arctic-embed", _SEARCH, ""),
    ("bge-small-en", _SEARCH, ""),
    ("bge-base-en", _SEARCH, ""),
    ("bge-large-en", _SEARCH, ""),
    ("nomic-embed-text", "search_query: ", "search_document: "),
    ("e5-", "query: ", "passage: "),
)
"""Family, query prefix, document prefix: as the model cards ask for."""

SHARED_VOCABULARY = ("all-minilm", "mxbai-embed-large", "nomic-embed-text")
"""Ollama models that read with BERT's uncased vocabulary, the one of the bundled tokenizer."""


def known(model_id: str) -> ModelInfo | None:
    """Find a model by its id; an Ollama tag (`:latest`, `:335m`) does not matter."""
    provider, _, name = model_id.partition(":")
    short = f"{provider}:{name.partition(':')[0]}" if provider == "ollama" else model_id
    return next((info for info in CATALOGUE if info.id in (model_id, short)), None)


def prefixes(name: str) -> tuple[str, str]:
    """Give the query and document prefix that the model of this name was trained with, empty where unknown."""
    bare = name.rpartition("/")[2].lower()
    return next(((query, document) for family, query, document in _PREFIXES if bare.startswith(family)), ("", ""))
