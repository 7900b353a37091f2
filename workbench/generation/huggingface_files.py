"""Where the files of a language model lie, fetched if they are not there."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import ModelError
from workbench.models.huggingface import hub
from workbench.models.huggingface.cache import commit_of, repo_name, snapshot
from workbench.models.huggingface.files import is_pickle, is_weights

__all__ = ["find_model"]


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


def _names(folder: Path, wanted: object) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if wanted(path.name)) if folder.is_dir() else []  # type: ignore[operator]


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
