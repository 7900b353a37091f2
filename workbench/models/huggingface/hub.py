"""The Hugging Face hub: what is fetched already, what a fetch would take, and fetching it.

Nothing here goes to the network but `listing`, `download_size` and `download`, which are called when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from workbench.errors import ModelError, ModelNotFound, WorkbenchError
from workbench.models.huggingface.cache import cached_names, commit_of, repo_name, snapshot
from workbench.models.huggingface.fetch import fetch, link, write_reference
from workbench.models.huggingface.files import is_weights, needed
from workbench.models.huggingface.layout import read_layout
from workbench.models.huggingface.refusals import check_kind, check_weights
from workbench.models.huggingface.remote import Listing, NoNetwork, Remote, Token
from workbench.models.prompts import prefixes
from workbench.records import ModelInfo

__all__ = ["NoNetwork", "cached_models", "download", "download_size", "listing"]


def cached_models(cache_folder: str | Path | None = None) -> tuple[ModelInfo, ...]:
    """Describe the embedding models that lie ready in the cache; reads configuration alone, and no network.

    Models that could not be used (chat models, pickles, half a download) are left out.
    """
    found = (_describe(name, cache_folder) for name in cached_names(cache_folder))
    return tuple(info for info in found if info is not None)


def _describe(name: str, cache_folder: str | Path | None) -> ModelInfo | None:
    commit = commit_of(name, None, cache_folder)
    folder = snapshot(name, commit, cache_folder) if commit else None
    if commit is None or folder is None or not folder.is_dir():
        return None
    model_id = f"huggingface:{name}"
    try:
        layout = read_layout(folder)
        check_kind(layout, model_id)
        check_weights(layout, model_id)
    except WorkbenchError:
        return None  # not usable, so it is not offered; choosing it by name says why
    if layout.modules is None and not any(prefixes(name)):
        return None  # a plain transformer: usable by name, but nobody says that it embeds
    query, document = (known or own for known, own in zip(prefixes(name), layout.prefixes, strict=True))
    return ModelInfo(
        id=model_id,
        provider="huggingface",
        ready=True,
        dimensions=layout.dimensions,
        max_tokens=layout.max_tokens,
        size_mb=sum(path.stat().st_size for path in folder.rglob("*") if is_weights(path.name)) / 1e6,
        query_prefix=query,
        document_prefix=document,
        link=f"https://huggingface.co/{name}",
        digest=commit,
    )


def listing(name: str, revision: str | None = None, token: Token = None) -> Listing:
    """Ask the hub for the commit of a revision and its files.

    Raises
    ------
    NoNetwork
        The hub cannot be reached.
    ModelNotFound
        It has no such model or revision, or does not show it without a token.
    """
    with Remote(token) as remote:
        return remote.listing(repo_name(name), revision)


def download_size(
    name: str,
    revision: str | None = None,
    cache_folder: str | Path | None = None,
    token: Token = None,
) -> int:
    """Ask the hub how many bytes a fetch would take: needed files that are not in the cache yet.

    Raises
    ------
    NoNetwork, ModelNotFound
        As `listing`.
    """
    found = listing(name, revision, token)
    folder = snapshot(repo_name(name), found.commit, cache_folder)
    wanted = set(needed([file.path for file in found.files]))
    return sum(file.size for file in found.files if file.path in wanted and not (folder / file.path).exists())


def download(
    name: str,
    cancel: Event | None = None,
    progress: Callable[[int, int], None] | None = None,
    revision: str | None = None,
    files: Sequence[str] | None = None,
    *,
    cache_folder: str | Path | None = None,
    token: Token = None,
    code: bool = False,
) -> Path:
    """Fetch a model into the cache, and give the folder of its files.

    Only what a run needs is fetched: safetensors, not the same weights as pickle, ONNX or for other frameworks.
    What is there already is not fetched again, and half a file is gone on with.

    Parameters
    ----------
    name
        `owner/name`.
    cancel
        When set, the connection is closed; what has come stays.
    progress
        Called with the bytes that are there and the bytes in all.
    revision
        Branch, tag, `refs/pr/16` or commit; None is `main`.
    files
        Paths in the repository; None is what a run on torch or OpenVINO needs.
    cache_folder
        As in `cache.cache_root`.
    token
        Of the hub; None is the one that is logged in, False is none.
    code
        Whether the model's own Python files are fetched too.

    Raises
    ------
    NoNetwork, ModelNotFound
        As `listing`.
    ModelError
        It has its weights as pickles alone, or a file that came is not the one that the hub promised.
    Cancelled
        `cancel` was set.
    """
    repo = repo_name(name)
    with Remote(token) as remote:
        found = remote.listing(repo, revision)
        paths = [file.path for file in found.files]
        if files is None and not any(is_weights(path) for path in paths):
            raise ModelError(
                f"huggingface:{repo} has no model.safetensors, and other formats of weights are not read here: a "
                "pickle can run code. Use a revision that has it (look for a refs/pr/... on the model's page)."
            )
        wanted = needed(paths, code=code) if files is None else list(files)
        if absent := [path for path in wanted if path not in paths]:
            raise ModelNotFound(f"huggingface:{repo} has no file {absent[0]!r} at {found.commit[:12]}.")
        chosen = [file for file in found.files if file.path in set(wanted)]
        fetch(remote, repo, found.commit, chosen, cache_folder, cancel or Event(), progress)
    write_reference(repo, revision, found.commit, cache_folder)
    return link(repo, found.commit, (), cache_folder)
