"""Absolute paths that loaders of other libraries leave in ids and metadata: they name a person's machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath, PurePosixPath, PureWindowsPath

from workbench.records import Document

__all__ = ["PATH_KEYS", "without_local_paths"]

PATH_KEYS = ("source", "file_path", "path", "filepath", "filename", "file_name")
"""Metadata in which loaders keep the path of the file, the most telling first."""
_FOLDER_KEYS = frozenset({"file_directory", "directory", "folder", "folder_path", "root", "root_path", "base_path"})
_FILE_URL = re.compile(r"file:/{2,3}(?=/|[A-Za-z]:)")


def without_local_paths(documents: Sequence[Document]) -> list[Document]:
    """Keep of absolute paths only what lies below their common folder, and nothing of those of folders.

    Paths that have no folder but the disk in common keep the file's name alone. What is looked at are the keys in
    `PATH_KEYS`, and ids that begin with a path found there (LlamaIndex can use it as id, with `_part_0` behind it).
    """
    given = dict.fromkeys(
        value
        for document in documents
        for key, value in document.metadata.items()
        if key in PATH_KEYS and isinstance(value, str)
    )
    paths = {value: path for value in given if (path := _absolute(value))}
    common = _common([path.parent.parts for path in paths.values()])
    below = {value: "/".join(path.parts[common:]) if common > 1 else path.name for value, path in paths.items()}
    return [_document(document, below) for document in documents]


def _absolute(value: str) -> PurePath | None:
    value = _FILE_URL.sub("", value)
    if "\n" in value or "://" in value:
        return None
    # On Windows a path that begins with / has no disk and is not absolute.
    return next((kind(value) for kind in (PurePosixPath, PureWindowsPath) if kind(value).is_absolute()), None)


def _common(folders: Sequence[tuple[str, ...]]) -> int:
    """Give how many first parts are the same in all; the first of them is the disk."""
    levels = zip(*folders, strict=False)
    return next((level for level, parts in enumerate(levels) if len(set(parts)) > 1), min(map(len, folders), default=0))


def _document(document: Document, below: dict[str, str]) -> Document:
    metadata = {
        key: below.get(value, value) if key in PATH_KEYS and isinstance(value, str) else value
        for key, value in document.metadata.items()
        if not (key in _FOLDER_KEYS and isinstance(value, str) and _absolute(value))
    }
    return Document(_name(document, below), document.text, below.get(document.title, document.title), metadata)


def _name(document: Document, below: dict[str, str]) -> str:
    own = (value for key in PATH_KEYS if isinstance(value := document.metadata.get(key), str) and value in below)
    path = next((path for path in own if document.id.startswith(path)), None)
    return document.id if path is None else below[path] + document.id[len(path) :]
