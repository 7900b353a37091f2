"""What there is to choose from: embedding models and language models, ready first."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from workbench.models.catalogue import CATALOGUE, known
from workbench.models.ollama.names import CLOUD, is_cloud
from workbench.models.options import OPTIONS, chosen
from workbench.models.prompts import prefixes
from workbench.records import ModelInfo, ServerModel, ServerStatus

__all__ = ["OPTIONS", "best_language_model", "chosen", "described", "embedding_choices", "language_choices"]

_SUGGESTED = (
    ModelInfo("ollama:llama3.2", "ollama", ready=False, kind="language", parameters=3213, size_mb=2019,
              link="https://ollama.com/library/llama3.2"),
    ModelInfo("ollama:qwen3:0.6b", "ollama", ready=False, kind="language", parameters=752, size_mb=523,
              link="https://ollama.com/library/qwen3"),
)  # fmt: skip

_CLOUD = "Runs on ollama.com: the text leaves this machine, and only after you allow it."


def embedding_choices(server: ServerStatus | None) -> tuple[ModelInfo, ...]:
    """List embedding models: those that can be used now, those to download, those on somebody else's machine.

    Ready are the bundled one, those that the Ollama server lists, and those in the cache of Hugging Face. A model
    with a `destination` is never ready: it takes a key, or consent, or both.
    """
    served = {model.name: model for model in _served(server, "embedding")}
    cached = {info.id: info for info in _cached(server)}
    rows = [_with(info, _find(served, info), cached.pop(info.id, None)) for info in CATALOGUE]
    listed = {_bare(info.id.partition(":")[2]) for info in CATALOGUE}
    rows += [_describe(model) for model in served.values() if _bare(model.name) not in listed]
    return tuple(sorted([*rows, *cached.values()], key=lambda info: (bool(info.destination), not info.ready)))


def described(model_id: str, server: ServerStatus | None) -> ModelInfo | None:
    """Describe a model of Ollama that no list has: whether its texts would go to the cloud, or it can be pulled.

    None for other providers, whose models say it themselves, and for what the server has.
    """
    provider, _, name = model_id.partition(":")
    if provider != "ollama":
        return None
    if is_cloud(name):
        return ModelInfo(model_id, provider, ready=False, note=_CLOUD, destination=CLOUD)
    listed = server is None or not server.reachable or any(_bare(model.name) == _bare(name) for model in server.models)
    return None if listed else ModelInfo(model_id, provider, ready=False)


@lru_cache(maxsize=1)
def _cached(server: ServerStatus | None) -> tuple[ModelInfo, ...]:  # noqa: ARG001 - looked at anew when it is asked anew
    """Give the models in the cache of Hugging Face; a panel draws often, so the folder is not read each time."""
    from workbench.models.huggingface.hub import cached_models

    return cached_models()


@lru_cache(maxsize=1)
def _chat(server: ServerStatus | None) -> tuple[ModelInfo, ...]:  # noqa: ARG001 - as above
    from workbench.generation.huggingface_files import cached_chat_models

    return cached_chat_models()


def language_choices(server: ServerStatus | None) -> tuple[ModelInfo, ...]:
    """List language models: those of the server newest first, those cached, those to pull, `extractive` last."""
    served = _served(server, "language")
    names = {_bare(model.name) for model in served}
    suggested = [info for info in _SUGGESTED if _bare(info.id.partition(":")[2]) not in names]
    extractive = ModelInfo(
        "extractive", "extractive", ready=True, kind="language", note="Quotes the passages; no language model."
    )
    return (*_ready_first([*map(_describe, served), *_chat(server), *suggested]), extractive)


def best_language_model(server: ServerStatus | None) -> str:
    """Give the most recently changed local model that can complete, else `extractive`."""
    local = [model for model in _served(server, "language") if not model.cloud]
    newest = max(local, key=lambda model: model.modified, default=None)
    return f"ollama:{newest.name}" if newest else "extractive"


def _served(server: ServerStatus | None, kind: str) -> list[ServerModel]:
    return [model for model in server.models if model.kind == kind] if server and server.reachable else []


def _bare(name: str) -> str:
    return name.removesuffix(":latest")


def _find(served: dict[str, ServerModel], info: ModelInfo) -> ServerModel | None:
    name = info.id.partition(":")[2]
    return served.get(name) or served.get(f"{name}:latest")


def _with(info: ModelInfo, model: ServerModel | None, cached: ModelInfo | None) -> ModelInfo:
    if info.provider == "ollama" and model is not None:
        return replace(info, ready=True, size_mb=model.size / 1e6, digest=model.digest)
    return replace(info, ready=True, digest=cached.digest) if cached is not None else info


def _describe(model: ServerModel) -> ModelInfo:
    query, document = prefixes(model.name) if model.kind == "embedding" else ("", "")
    entry = known(f"ollama:{model.name}")
    return ModelInfo(
        id=f"ollama:{_bare(model.name)}",
        provider="ollama",
        ready=model.kind == "language" or not model.cloud,
        kind=model.kind,
        dimensions=entry.dimensions if entry else None,
        max_tokens=entry.max_tokens if entry else None,
        parameters=model.parameters,
        size_mb=model.size / 1e6,
        query_prefix=query,
        document_prefix=document,
        digest=model.digest,
        note=_CLOUD if model.cloud else "",
        destination=CLOUD if model.cloud else "",
    )


def _ready_first(rows: list[ModelInfo]) -> tuple[ModelInfo, ...]:
    return tuple(sorted(rows, key=lambda info: not info.ready))
