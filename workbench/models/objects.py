"""Which kind of model an object is, told by what it can do; its library is not imported for that."""

from __future__ import annotations

from typing import Any

from workbench.errors import InputError
from workbench.models.code_digest import model_in
from workbench.protocols import EmbeddingModel

__all__ = ["wrap"]

_OPTIONS = {"name", "batch_size", "max_tokens", "tokenizer", "version"}
_VERBS = ("embed_documents", "embed_query")


def wrap(given: Any, **options: Any) -> EmbeddingModel:
    """Make an embedding model of an object.

    Parameters
    ----------
    given
        LlamaIndex's `BaseEmbedding`, LangChain's `Embeddings`, or any object with `embed_documents` and `embed_query`.
    **options
        `name`, `batch_size`, `max_tokens`, `tokenizer`, `version`: see `workbench.models.own.ObjectModel`.

    Raises
    ------
    InputError
        The object is none of these, or a class instead of an object; an option that there is not; an option for what
        is a model of the workbench already.
    """
    if isinstance(given, type):
        raise InputError(
            f"The embedding model is the class {given.__name__}. Give an object of it: {given.__name__}()."
        )
    ours = model_in(given)
    if ours is not None or isinstance(given, EmbeddingModel):
        return _as_it_is(ours or given, options)
    if unknown := sorted(set(options) - _OPTIONS):
        raise InputError(f"An object has no option {', '.join(unknown)}. It takes {', '.join(sorted(_OPTIONS))}.")
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
        f"The embedding model is of the type {type(given).__name__}. Give an id such as 'bundled:all-MiniLM-L6-v2', "
        "an object with embed_documents and embed_query, a BaseEmbedding of LlamaIndex or an Embeddings of LangChain."
    )


def _as_it_is(model: EmbeddingModel, options: dict[str, Any]) -> EmbeddingModel:
    if options:
        raise InputError(
            f"{model.id} is an embedding model already, and {', '.join(sorted(options))} cannot be changed any more. "
            "Give options where it is made: embedding_model(id, ...)."
        )
    return model


def _is_a(given: object, package: str, name: str) -> bool:
    return any(kind.__name__ == name and kind.__module__.startswith(package) for kind in type(given).__mro__)
