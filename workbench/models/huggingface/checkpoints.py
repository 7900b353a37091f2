"""The checkpoints of a model: its weights for torch, and the ONNX and OpenVINO files to choose from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.errors import InputError, ModelNotFound
from workbench.models.huggingface import hub
from workbench.models.huggingface.cache import commit_of, repo_name, snapshot
from workbench.models.huggingface.files import companions, is_weights
from workbench.models.huggingface.remote import Token

__all__ = ["Checkpoint", "checkpoints", "chosen", "listed"]

Backend = Literal["torch", "onnx", "openvino"]

_QUANTISED = re.compile(r"(?<![a-z])q?u?int[48]|quantized|qdq|q4|q8|bnb4")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One file that a model can be run from.

    Attributes
    ----------
    path
        Below the repository or folder, such as `onnx/model_qint8_avx512_vnni.onnx`.
    backend
        What runs it.
    size
        Bytes, with the weights that lie beside it.
    quantised
        Whether its name says that its weights have 8 or 4 bits.
    """

    path: str
    backend: Backend
    size: int
    quantised: bool


def checkpoints(
    name: str, revision: str | None = None, cache_folder: str | Path | None = None, token: Token = None
) -> tuple[Checkpoint, ...]:
    """List what a model can be run from: of a folder what is there, of a repository what the hub has.

    The hub is asked; where it cannot be reached, what is in the cache is listed.

    Raises
    ------
    ModelNotFound
        No such folder, no such repository, or no network and nothing in the cache.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return listed(_sizes(folder))
    repo = repo_name(name)
    try:
        return listed({file.path: file.size for file in hub.listing(repo, revision, token).files})
    except hub.NoNetwork:
        commit = commit_of(repo, revision, cache_folder)
        if commit is None or not snapshot(repo, commit, cache_folder).is_dir():
            raise
        return listed(_sizes(snapshot(repo, commit, cache_folder)))


def listed(sizes: Mapping[str, int]) -> tuple[Checkpoint, ...]:
    """Pick the checkpoints among files, given by path and size in bytes."""
    found = []
    for path in sorted(sizes):
        name = path.rpartition("/")[2]
        backend: Backend | None = (
            "onnx"
            if name.endswith(".onnx")
            else "openvino"
            if name.endswith(".xml") and f"{path[:-4]}.bin" in sizes
            else "torch"
            if is_weights(path) and path == name
            else None
        )
        if backend is not None:
            size = sum(sizes[part] for part in companions(path, list(sizes)))
            found.append(Checkpoint(path, backend, size, _QUANTISED.search(name.lower()) is not None))
    return tuple(found)


def chosen(file_name: str, among: Sequence[Checkpoint], backend: Backend, model_id: str) -> Checkpoint:
    """Find a checkpoint by its path, or by its name without the folder.

    Raises
    ------
    ModelNotFound
        There is none of that name for this backend; those that exist are named. sentence-transformers itself would
        only warn, and export the model without quantisation.
    InputError
        Two folders hold a file of that name.
    """
    fitting = [point for point in among if point.backend == backend]
    wanted = file_name.replace("\\", "/").removeprefix("./")
    exact = [point for point in fitting if point.path == wanted]
    by_name = exact or [point for point in fitting if point.path.rpartition("/")[2] == wanted]
    if len(by_name) > 1:
        places = ", ".join(repr(point.path) for point in by_name)
        raise InputError(f"{model_id} has {len(by_name)} files {file_name!r}: {places}. Give one with its folder.")
    if by_name:
        return by_name[0]
    there = ", ".join(repr(point.path) for point in fitting) or "none at all"
    raise ModelNotFound(
        f"{model_id} has no {backend} file {file_name!r}; there is {there}. Give one of these as "
        "model_kwargs={'file_name': ...}."
        if fitting
        else f"{model_id} has no {backend} file {file_name!r}, and no other for that backend. Leave file_name out."
    )


def _sizes(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
