"""Which kind of model an object is, told by what it can do; its library is not imported for that."""

from __future__ import annotations

from typing import Any

from workbench.errors import InputError
from workbench.protocols import EmbeddingModel

__all__ = ["wrap"]

_VERBS = ("embed_documents", "embed_query")


def wrap(given: Any, **options: Any) -> EmbeddingModel:
    """Make an embedding model of an object.

    Parameters
    ----------
    given
        LlamaIndex's `BaseEmbedding`, LangChain's `Embeddings`, or any object with `embed_documents` and `embed_query`.
    **options
        As in `workbench.models.own.ObjectModel`.

    Raises
    ------
    InputError
        The object is none of these, or a class instead of an object.
    """
    if isinstance(given, type):
        raise InputError(
            f"The embedding model is the class {given.__name__}. Give an object of it: {given.__name__}()."
        )
    if hasattr(given, "workbench_model"):
        return given.workbench_model  # type: ignore[no-any-return]
    if _is_a(given, "llama_index.", "BaseEmbedding"):
        from workbench.models.llama_index import LlamaIndexModel

        return LlamaIndexModel(given, **options)
    if _is_a(given, "langchain_core.", "Embeddings"):
        from workbench.models.langchain import LangChainModel

        return LangChainModel(given, **options)
    if all(callable(getattr(given, verb, None)) for verb in _VERBS):
        from workbench.models.own import OwnModel

        return OwnModel(given, **options)
    raise InputError(
        f"The embedding model is a {type(given).__name__}. Give an id such as 'bundled:all-MiniLM-L6-v2', an object "
        "with embed_documents and embed_query, a BaseEmbedding of LlamaIndex or an Embeddings of LangChain."
    )


def _is_a(given: object, package: str, name: str) -> bool:
    return any(kind.__name__ == name and kind.__module__.startswith(package) for kind in type(given).__mro__)
