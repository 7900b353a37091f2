"""Files of the hub into the cache: gone on with where they stopped, checked by their hash, put in place at once."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event

from filelock import FileLock

from workbench.disk import made, write_whole, writing
from workbench.errors import Cancelled, ModelError
from workbench.models.huggingface.cache import cache_root, is_commit, repo_folder, snapshot
from workbench.models.huggingface.remote import Remote, RemoteFile
from workbench.seam import passing

__all__ = ["fetch", "link", "write_reference"]

_CHUNK = 1 << 20
_SHA256_DIGITS = 64
_ADVICE = "What has come is kept: make room there, or name another cache with HF_HUB_CACHE, and fetch the model again."


def fetch(
    remote: Remote,
    name: str,
    commit: str,
    files: Sequence[RemoteFile],
    cache_folder: str | Path | None,
    cancel: Event,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Fetch files that are not there yet; sizes and progress are in bytes, summed over all of them.

    Raises
    ------
    ModelError
        A file that came is not the one that the hub promised; it is thrown away.
    NotWritten
        The cache has no room for it, or cannot be written.
    Cancelled
        `cancel` was set; what has come stays, and a later call goes on there.
    """
    total = sum(file.size for file in files)
    folder = snapshot(name, commit, cache_folder)
    done = 0

    def tell(here: int) -> None:
        if cancel.is_set():
            raise Cancelled(f"Stopped fetching {name}. Fetching it again goes on where it stopped.")
        if progress is not None:
            progress(done + here, total)

    for file in sorted(files, key=lambda file: file.size):
        if not (folder / file.path).exists():
            _fetch_one(remote, name, commit, file, cache_folder, tell)
            link(name, commit, [file], cache_folder)
        done += file.size
        tell(0)


def _fetch_one(
    remote: Remote,
    name: str,
    commit: str,
    file: RemoteFile,
    cache_folder: str | Path | None,
    tell: Callable[[int], None],
) -> None:
    blob = repo_folder(name, cache_folder) / "blobs" / file.etag
    lock = cache_root(cache_folder) / ".locks" / repo_folder(name).name / f"{file.etag}.lock"  # the hub's own
    for folder in (blob.parent, lock.parent):
        made(folder, _ADVICE)
    with _locked(lock):
        if blob.exists():
            return
        # A name of our own: the hub's client may hold a file of its own by the plain name.
        partial = blob.with_name(f"{file.etag}.workbench.incomplete")
        there = partial.stat().st_size if partial.exists() else 0
        tell(there)
        if there < file.size:
            with remote.stream(name, commit, file.path, there) as reply:
                goes_on = reply.status_code == 206  # Partial Content
                left = file.size - there if goes_on else file.size
                with writing(partial, left, _ADVICE), partial.open("ab" if goes_on else "wb") as out:
                    for piece in reply.iter_bytes():  # as they come, so that a break loses none
                        passing("reply", file.path)
                        passing("file", partial)
                        out.write(piece)
                        tell(out.tell())
        elif not partial.exists():
            with writing(partial, 0, _ADVICE):
                partial.touch()
        _check(partial, file, name)
        with writing(blob, None, _ADVICE):
            partial.replace(blob)


def _locked(path: Path) -> AbstractContextManager[object]:
    with writing(path, None, _ADVICE):
        return FileLock(path).acquire()


def _check(path: Path, file: RemoteFile, name: str) -> None:
    size = path.stat().st_size
    # Large files are named after their SHA-256; the others as git names a blob.
    large = len(file.etag) == _SHA256_DIGITS
    digest = hashlib.sha256() if large else hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as source:
        while piece := source.read(_CHUNK):
            digest.update(piece)
    if size < file.size:
        raise ModelError(
            f"{file.path} of {name} broke off after {size:,} of {file.size:,} bytes. Fetch it again to go on there."
        )
    if digest.hexdigest() != file.etag:
        with writing(path, None, _ADVICE):
            path.unlink()
        raise ModelError(
            f"{file.path} of {name} came with another content than the hub promised ({digest.hexdigest()[:12]}..., "
            f"expected {file.etag[:12]}...). It was thrown away; fetch the model again."
        )


def link(name: str, commit: str, files: Iterable[RemoteFile], cache_folder: str | Path | None) -> Path:
    """Show blobs under their paths in the commit's folder, and give that folder."""
    folder = snapshot(name, commit, cache_folder)
    made(folder, _ADVICE)
    for file in files:
        shown = folder / file.path
        blob = repo_folder(name, cache_folder) / "blobs" / file.etag
        made(shown.parent, _ADVICE)
        try:
            passing("file", shown)
            shown.symlink_to(os.path.relpath(blob, shown.parent))
        except FileExistsError:
            continue
        except OSError:  # Windows without the right to make links
            with writing(shown, file.size, _ADVICE):
                shutil.copyfile(blob, shown)
    return folder


def write_reference(name: str, revision: str | None, commit: str, cache_folder: str | Path | None) -> None:
    """Note which commit a branch, tag or `refs/pr/16` stood for; a commit needs no note."""
    if is_commit(revision):
        return
    reference = repo_folder(name, cache_folder) / "refs" / (revision or "main")
    made(reference.parent, _ADVICE)
    write_whole(reference, commit, _ADVICE)
