"""Embedding models by name: what is known of them before they are loaded. Data, no code.

Sources: the models' own cards and configuration files, and `remote.facts` for OpenAI's. `parameters` in millions;
`size_mb` of the download.
"""

from __future__ import annotations

from typing import Any

from workbench.models.prompts import prefixes
from workbench.models.remote.facts import FACTS
from workbench.records import ModelInfo

__all__ = ["CATALOGUE", "SHARED_VOCABULARY", "known", "prefixes"]

_HUB = "https://huggingface.co/"
_LIBRARY = "https://ollama.com/library/"
_OPENAI = "https://platform.openai.com/docs/models/"


def _model(model_id: str, dimensions: int, max_tokens: int, **more: Any) -> ModelInfo:
    provider, _, name = model_id.partition(":")
    query, document = prefixes(name)
    facts = {"ready": False, "query_prefix": query, "document_prefix": document, **more}
    return ModelInfo(id=model_id, provider=provider, dimensions=dimensions, max_tokens=max_tokens, **facts)


def _ollama(name: str, dimensions: int, max_tokens: int, parameters: float, size_mb: float) -> ModelInfo:
    link = f"{_LIBRARY}{name}"
    return _model(f"ollama:{name}", dimensions, max_tokens, parameters=parameters, size_mb=size_mb, link=link)


def _hub(name: str, dimensions: int, max_tokens: int, parameters: float, size_mb: float, note: str = "") -> ModelInfo:
    more = {"parameters": parameters, "size_mb": size_mb, "link": f"{_HUB}{name}", "note": note}
    return _model(f"huggingface:{name}", dimensions, max_tokens, **more)


def _openai(name: str) -> ModelInfo:
    facts, link = FACTS[name], f"{_OPENAI}{name}"
    note = "Runs at OpenAI: needs a key, and your consent before the first text is sent."
    more = {"price": facts.price, "destination": "api.openai.com", "link": link, "note": note}
    return _model(f"openai:{name}", facts.dimensions, facts.max_tokens, **more)


CATALOGUE: tuple[ModelInfo, ...] = (
    _model(
        "bundled:all-MiniLM-L6-v2",
        384,
        256,
        ready=True,
        parameters=22.7,
        size_mb=91,
        link=f"{_HUB}sentence-transformers/all-MiniLM-L6-v2",
        note="Installed with the workbench; English, small and quick.",
    ),
    _ollama("mxbai-embed-large", 1024, 512, 334, 670),
    _ollama("nomic-embed-text", 768, 2048, 137, 274),
    _ollama("all-minilm", 384, 256, 23, 46),
    _hub("BAAI/bge-small-en-v1.5", 384, 512, 33.4, 133),
    _hub("BAAI/bge-base-en", 768, 512, 109, 438),
    _hub("sentence-transformers/all-MiniLM-L6-v2", 384, 256, 22.7, 91, "The model that is bundled, from its source."),
    _hub("sentence-transformers/all-mpnet-base-v2", 768, 384, 109, 438),
    _hub(
        "hkunlp/instructor-large", 768, 512, 335, 1340, "Its prefixes are instructions: write your own for your task."
    ),
    _openai("text-embedding-ada-002"),
    _openai("text-embedding-3-small"),
    _openai("text-embedding-3-large"),
)

SHARED_VOCABULARY = ("all-minilm", "mxbai-embed-large", "nomic-embed-text")
"""Ollama models that read with BERT's uncased vocabulary, the one of the bundled tokenizer."""


def known(model_id: str) -> ModelInfo | None:
    """Find a model by its id; an Ollama tag (`:latest`, `:335m`) does not matter."""
    provider, _, name = model_id.partition(":")
    short = f"{provider}:{name.partition(':')[0]}" if provider == "ollama" else model_id
    return next((info for info in CATALOGUE if info.id in (model_id, short)), None)
