"""Where the files of a language model lie, fetched if they are not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from workbench.errors import ModelError
from workbench.models.huggingface import hub
from workbench.models.huggingface.cache import cached_names, commit_of, repo_name, snapshot
from workbench.models.huggingface.files import is_pickle, is_weights
from workbench.records import ModelInfo

__all__ = ["cached_chat_models", "find_model"]


def find_model(name: str, revision: str | None, cache_folder: str | None) -> Path:
    """Give the folder of a model: the one named, else that of the hub's cache, else fetched into it.

    Raises
    ------
    ModelNotFound
        There is no such repository or revision, or the hub cannot be reached.
    ModelError
        The folder holds no safe weights or no tokenizer.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _checked(folder.resolve(), name)
    repo = repo_name(name)
    commit = commit_of(repo, revision, cache_folder)
    cached = snapshot(repo, commit, cache_folder) if commit else None
    if cached is None or not _names(cached, is_weights):
        cached = hub.download(repo, revision=revision, cache_folder=cache_folder)
    return _checked(cached, name)


def cached_chat_models(cache_folder: str | None = None) -> tuple[ModelInfo, ...]:
    """Describe the instruct models that lie ready in the hub's cache: those with a chat template. No network."""
    found = (_described(name, cache_folder) for name in cached_names(cache_folder))
    return tuple(info for info in found if info is not None)


def _described(name: str, cache_folder: str | None) -> ModelInfo | None:
    commit = commit_of(name, None, cache_folder)
    folder = snapshot(name, commit, cache_folder) if commit else None
    if folder is None or not _names(folder, is_weights):
        return None
    built = _json(folder / "config.json").get("architectures")
    speaks = (folder / "chat_template.jinja").is_file() or "chat_template" in _json(folder / "tokenizer_config.json")
    if not speaks or not any(str(one).endswith("ForCausalLM") for one in (built if isinstance(built, list) else ())):
        return None
    return ModelInfo(
        id=f"huggingface:{name}",
        provider="huggingface",
        ready=True,
        kind="language",
        size_mb=sum(path.stat().st_size for path in folder.iterdir() if is_weights(path.name)) / 1e6,
        link=f"https://huggingface.co/{name}",
    )


def _json(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}  # half a download, or not a model: it is not offered
    return value if isinstance(value, dict) else {}


def _names(folder: Path, wanted: Callable[[str], bool]) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if wanted(path.name)) if folder.is_dir() else []


def _checked(folder: Path, name: str) -> Path:
    if not (folder / "config.json").is_file():
        raise ModelError(f"huggingface:{name} has no config.json, so that it is no model's folder. Check the path.")
    if not _names(folder, is_weights):
        pickles = _names(folder, is_pickle)
        why = f"its weights are in {pickles[0]}, a format that can run code" if pickles else "it holds no weights"
        raise ModelError(
            f"huggingface:{name} cannot be used: {why}. Give a model with model.safetensors, such as "
            "'huggingface:HuggingFaceTB/SmolLM2-360M-Instruct'."
        )
    return folder
