"""How each provider makes a model from a name; the provider's own file is imported when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import ModelNotFound

if TYPE_CHECKING:
    from workbench.protocols import EmbeddingModel, Tokenizer

__all__ = ["bundled", "ollama"]


def bundled(name: str, **options: object) -> EmbeddingModel:
    """Make the bundled model; it has one name."""
    from workbench.models.bundled import BundledModel

    if f"bundled:{name}" != BundledModel.id:
        raise ModelNotFound(f"There is no bundled model {name!r}; there is one: {BundledModel.id!r}.")
    return BundledModel(**options)  # type: ignore[arg-type]


def ollama(name: str, **options: object) -> EmbeddingModel:
    """Make a model served by Ollama, with the prefixes it was trained with and its tokenizer where it is at hand."""
    from workbench.models.catalogue import prefixes
    from workbench.models.ollama.model import OllamaEmbedding

    query, document = prefixes(name)
    settings = {"query_prefix": query, "document_prefix": document, "tokenizer": _tokenizer(name), **options}
    return OllamaEmbedding(name, **settings)  # type: ignore[arg-type]


def _tokenizer(name: str) -> Tokenizer:
    from workbench.models.bundled_files import tokenizer_file
    from workbench.models.catalogue import SHARED_VOCABULARY
    from workbench.models.tokens import EstimatedTokenizer, FileTokenizer

    if name.partition(":")[0] in SHARED_VOCABULARY:
        return FileTokenizer(tokenizer_file())
    return EstimatedTokenizer()
