"""Embedding models: `embedding_model("provider:name", **options)` gives one, whoever provides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from workbench.errors import InputError
from workbench.models.base import Model
from workbench.models.remote.secret import hidden
from workbench.protocols import EmbeddingModel, Role

if TYPE_CHECKING:
    from workbench.records import Chunk, ModelInfo

__all__ = ["DEFAULT", "PROVIDERS", "embedding_model", "info_of", "prepare", "sent_documents", "text_room"]

DEFAULT = "bundled:all-MiniLM-L6-v2"

PROVIDERS = {
    "azure": "workbench.models.azure:AzureModel",
    "bundled": "workbench.models.registry:bundled",
    "huggingface": "workbench.models.huggingface.model:HuggingFaceModel",
    "ollama": "workbench.models.registry:ollama",
    "openai": "workbench.models.openai:OpenAIModel",
}
"""Provider to the function that makes its models, imported when it is first asked for."""


def embedding_model(spec: str | EmbeddingModel | object, **options: object) -> EmbeddingModel:
    """Make an embedding model.

    Parameters
    ----------
    spec
        `provider:name`, such as `bundled:all-MiniLM-L6-v2` or `ollama:mxbai-embed-large`; an object that is an
        `EmbeddingModel` already is given back as it is; LlamaIndex's `BaseEmbedding`, LangChain's `Embeddings` and
        any object with `embed_documents` and `embed_query` become one.
    **options
        Passed to the provider: see its class.

    Raises
    ------
    InputError
        The id names no known provider, or the object has no `embed`.
    ModelNotFound
        The provider has no model of that name.
    """
    options = hidden(options)
    if not isinstance(spec, str):
        # Ours are not looked at through the protocol, which would ask a server for its dimensions.
        if isinstance(spec, (Model, EmbeddingModel)) and not options:
            return spec  # type: ignore[return-value]
        from workbench.models.objects import wrap

        return wrap(spec, **options)
    provider, separator, name = spec.strip().partition(":")
    if not separator or not name or provider not in PROVIDERS:
        raise InputError(
            f"The embedding model {spec!r} is not of the form provider:name with a provider of "
            f"{', '.join(sorted(PROVIDERS))}. For example: {DEFAULT!r} or 'ollama:mxbai-embed-large'."
        )
    module, _, function = PROVIDERS[provider].partition(":")
    make: Callable[..., EmbeddingModel] = getattr(import_module(module), function)
    return make(name, **options)


def prepare(model: EmbeddingModel, texts: Sequence[str], role: Role) -> list[str]:
    """Give the exact strings that are sent: the role's prefix, then the text."""
    prefix = model.query_prefix if role == "query" else model.document_prefix
    return [prefix + text for text in texts]


def sent_documents(model: EmbeddingModel, chunks: Sequence[Chunk]) -> list[str]:
    """Give the exact strings of chunks, by which their vectors are known.

    A model whose vectors somebody else has made has `document_name(chunk)`: there a vector belongs to a chunk, and
    two chunks of one text may have two.
    """
    name = getattr(model, "document_name", None)
    if name is not None:
        return [name(chunk) for chunk in chunks]
    return prepare(model, [chunk.text for chunk in chunks], "document")


def text_room(model: EmbeddingModel) -> int:
    """Give the most tokens of text that a model reads beside its own marks and the document prefix."""
    prefix = int(model.tokenizer.count([model.document_prefix])[0]) if model.document_prefix else 0
    return max(1, model.max_tokens - model.special_tokens - prefix)


def info_of(model: EmbeddingModel) -> ModelInfo:
    """Describe a model that is in use; what its catalogue entry knows is added."""
    from dataclasses import replace

    from workbench.models.catalogue import known
    from workbench.records import ModelInfo

    entry = known(model.id) or ModelInfo(id=model.id, provider=model.id.partition(":")[0], ready=True)
    identity = model.fingerprint()
    return replace(
        entry,
        id=model.id,
        ready=True,
        dimensions=model.dimensions or entry.dimensions,
        max_tokens=model.max_tokens,
        text_tokens=text_room(model),
        query_prefix=model.query_prefix,
        document_prefix=model.document_prefix,
        digest=str(identity.get("digest") or identity.get("revision") or ""),
        destination=getattr(model, "destination", ""),
        price=getattr(model, "price", None),
        variant=getattr(model, "variant", ""),
    )
