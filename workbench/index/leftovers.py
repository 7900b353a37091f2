"""What lies in a store's folder and belongs to nothing any more."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from workbench.index.chroma_client import chroma_folder
from workbench.seam import passing

__all__ = ["remove", "set_aside_parts", "size_of", "stray_files"]


def set_aside_parts(store: Path) -> list[Path]:
    """Give the damaged files and folders that were renamed to `<name>.damaged-<time>`."""
    return sorted(store.glob("*.damaged-*"))


def stray_files(store: Path, files: Collection[str], collections: Collection[str]) -> list[Path]:
    """Give what killed processes left behind.

    Parameters
    ----------
    store
        The folder.
    files
        Names of the vector files that are in use.
    collections
        Names of the collections that are in the record.
    """
    vectors = [path for path in store.glob("vectors/*.f32") if path.name not in files]
    notes = [path for path in chroma_folder(store).glob("*.filled") if path.stem not in collections]
    return sorted([*vectors, *notes, *store.glob("writer.new")])


def size_of(path: Path) -> int:
    """Give the bytes of a file, or of all files below a folder; links are not followed."""
    found = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    total = 0
    for file in found:
        with suppress(OSError):  # gone meanwhile
            total += 0 if file.is_dir() else file.lstat().st_size
    return total


def remove(paths: Iterable[Path]) -> None:
    """Delete files and folders; what another process has open on Windows stays until the next time."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                passing("file", path)
                path.unlink()
