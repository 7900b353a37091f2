"""The Hugging Face cache on disk: which commit a revision stands for, and where its files lie. No network.

The layout is the hub's own (`models--owner--name/` with `refs`, `snapshots` and `blobs`), so that what other tools
have fetched is ready here, and the other way round.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import InputError

__all__ = ["cache_root", "cached_names", "commit_of", "is_commit", "offline", "repo_folder", "repo_name", "snapshot"]

_COMMIT = re.compile(r"[0-9a-f]{40}")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_BARE = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_PREFIX = "models--"


def cache_root(cache_folder: str | Path | None = None) -> Path:
    """Give the folder of cached models; not created.

    Parameters
    ----------
    cache_folder
        None means `SENTENCE_TRANSFORMERS_HOME`, `HF_HUB_CACHE`, `HF_HOME/hub`, or the hub's own default, in this order.
    """
    if cache_folder is not None:
        return Path(cache_folder).expanduser()
    for variable, below in (
        ("SENTENCE_TRANSFORMERS_HOME", ""),
        ("HF_HUB_CACHE", ""),
        ("HUGGINGFACE_HUB_CACHE", ""),
        ("HF_HOME", "hub"),
        ("XDG_CACHE_HOME", "huggingface/hub"),
    ):
        if given := os.environ.get(variable):
            return Path(os.path.expandvars(given)).expanduser() / below
    return Path("~/.cache/huggingface/hub").expanduser()


def offline() -> bool:
    """Whether `HF_HUB_OFFLINE` or `TRANSFORMERS_OFFLINE` forbids the network."""
    given = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return given.upper() in {"1", "ON", "YES", "TRUE"}


def repo_name(name: str) -> str:
    """Give `owner/name`; a name without an owner is one of sentence-transformers, as in that library.

    Raises
    ------
    InputError
        It is neither a name on the hub nor a folder that exists.
    """
    if _NAME.fullmatch(name):
        return name
    if _BARE.fullmatch(name):
        return f"sentence-transformers/{name}"
    raise InputError(
        f"There is no folder {name!r}, and it is no name on the Hugging Face hub either. Give owner/name, such as "
        "'huggingface:BAAI/bge-small-en-v1.5', or the folder of a model."
    )


def repo_folder(name: str, cache_folder: str | Path | None = None) -> Path:
    """Give the folder in which the cache keeps `owner/name`."""
    return cache_root(cache_folder) / f"{_PREFIX}{name.replace('/', '--')}"


def is_commit(revision: str | None) -> bool:
    """Whether a revision is a whole commit id, which never moves."""
    return revision is not None and _COMMIT.fullmatch(revision) is not None


def commit_of(name: str, revision: str | None = None, cache_folder: str | Path | None = None) -> str | None:
    """Give the 40 hex digits that the cache knows for a branch, tag or `refs/pr/16`; None where it knows none.

    Raises
    ------
    InputError
        The revision would leave the folder of references.
    """
    if is_commit(revision):
        return revision
    wanted = revision or "main"
    if ".." in Path(wanted).parts or Path(wanted).is_absolute():
        raise InputError(f"The revision {revision!r} is no branch, tag or commit, such as 'main' or 'refs/pr/16'.")
    reference = repo_folder(name, cache_folder) / "refs" / wanted
    found = reference.read_text(encoding="utf-8").strip() if reference.is_file() else None
    return found if is_commit(found) else None


def snapshot(name: str, commit: str, cache_folder: str | Path | None = None) -> Path:
    """Give the folder of a commit's files; it may not exist, or be only a part."""
    return repo_folder(name, cache_folder) / "snapshots" / commit


def cached_names(cache_folder: str | Path | None = None) -> Iterator[str]:
    """Name the models that have a folder in the cache, in order."""
    root = cache_root(cache_folder)
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        name = folder.name.removeprefix(_PREFIX).replace("--", "/", 1)
        if folder.name.startswith(_PREFIX) and _NAME.fullmatch(name):
            yield name
