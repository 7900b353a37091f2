"""Where a model's files lie, fetched if they are not there, and the digits that name exactly these weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.models.huggingface import hub
from workbench.models.huggingface.cache import commit_of, repo_name, snapshot
from workbench.models.huggingface.checkpoints import Checkpoint, checkpoints, chosen, listed
from workbench.models.huggingface.files import companions, is_weights, needed
from workbench.models.huggingface.layout import Layout, read_layout
from workbench.models.huggingface.options import Options
from workbench.models.huggingface.refusals import check_kind, check_weights

__all__ = ["Place", "find"]


@dataclass(frozen=True)
class Place:
    """A model on this machine.

    Attributes
    ----------
    layout
        What its folder says.
    revision
        Commit of the hub (40 hex digits), or SHA-256 of a folder's weights (64).
    checkpoint
        The file that was asked for, None for the plain weights.
    instructor
        Whether it is one of the Instructor models, by its name.
    """

    layout: Layout
    revision: str
    checkpoint: Checkpoint | None = None
    instructor: bool = False

    @property
    def prompt_apart(self) -> bool:
        """Whether the prompt's own tokens are left out of the vector; Instructor's folders do not say so themselves."""
        return self.instructor or not self.layout.include_prompt


def find(name: str, model_id: str, options: Options) -> Place:
    """Find a model's folder, and fetch what is missing of it.

    Raises
    ------
    ModelNotFound, NoNetwork
        There is no such folder, repository, revision or checkpoint, or the hub cannot be reached.
    ModelError
        The folder holds no embedding model, no weights, or weights as a pickle.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        place = _in_folder(folder.resolve(), model_id, options)
    else:
        place = _in_cache(repo_name(name), model_id, options)
    return replace(place, instructor=folder.resolve().name.startswith("instructor-"))


def _in_folder(folder: Path, model_id: str, options: Options) -> Place:
    found = listed({path.relative_to(folder).as_posix(): path.stat().st_size for path in _files(folder)})
    point = _checkpoint(found, model_id, options)
    layout = _checked(folder, model_id, weights=point is None)
    return Place(layout, _digest(folder, point), point)


def _in_cache(repo: str, model_id: str, options: Options) -> Place:
    commit = commit_of(repo, options.revision, options.cache_folder)
    folder = snapshot(repo, commit, options.cache_folder) if commit else None
    point = None
    if options.file_name is not None and options.backend is not None:
        among = checkpoints(repo, options.revision, options.cache_folder, options.more.get("token"))
        point = _checkpoint(among, model_id, options)
    if folder is None or not _complete(folder, point):
        folder = _fetched(repo, options, point)
    layout = _checked(folder, model_id, weights=point is None)
    return Place(layout, folder.name, point)


def _complete(folder: Path, point: Checkpoint | None) -> bool:
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        return False
    if point is not None:
        return (folder / point.path).is_file()
    return any(is_weights(path.name) for path in folder.rglob("*"))


def _fetched(repo: str, options: Options, point: Checkpoint | None) -> Path:
    token = options.more.get("token")
    files = None
    if point is not None:
        paths = [file.path for file in hub.listing(repo, options.revision, token).files]
        files = needed(paths, point.path, bool(options.trust_remote_code))
    return hub.download(
        repo,
        revision=options.revision,
        files=files,
        cache_folder=options.cache_folder,
        token=token,
        code=bool(options.trust_remote_code),
    )


def _checkpoint(among: tuple[Checkpoint, ...], model_id: str, options: Options) -> Checkpoint | None:
    if options.file_name is None or options.backend is None:
        return None
    return chosen(options.file_name, among, options.backend, model_id)  # type: ignore[arg-type]


def _checked(folder: Path, model_id: str, *, weights: bool) -> Layout:
    layout = read_layout(folder)
    check_kind(layout, model_id)
    if weights:
        check_weights(layout, model_id)
    return layout


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(folder: Path, point: Checkpoint | None) -> str:
    """Give SHA-256 of the weights and of the small files that say how they are used."""
    paths = [path.relative_to(folder).as_posix() for path in _files(folder)]
    wanted = set(needed(paths)) | set(companions(point.path, paths) if point is not None else ())
    whole = hashlib.sha256()
    for path in sorted(wanted):
        with (folder / path).open("rb") as file:
            whole.update(f"{path}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\0".encode())
    return whole.hexdigest()
