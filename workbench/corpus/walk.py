"""Which files a folder holds, and which of them are not looked into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from workbench.corpus.clean import safe_name
from workbench.records import FileReport

__all__ = ["QUESTIONS", "Found", "apart", "walk"]

QUESTIONS = "questions.jsonl"
"""Name of the file with a corpus's own questions."""
_OF_TOOLS = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file or folder: `name` is its path below the corpus, with `/`; `refused` says why it is not to be opened."""

    path: Path
    name: str
    refused: FileReport | None = None


def walk(folder: Path, below: str = "", check: Callable[[], None] = lambda: None) -> list[Found]:
    """List a folder, all levels, sorted by name.

    Hidden files and folders are not looked into, nor folders that tools make, nor folders that are links, nor files
    that are links out of the folder: a corpus is what lies in it. Each of them gets a line of the report all the same.

    Parameters
    ----------
    folder
        An existing folder.
    below
        Put before each name, with a `/` unless it is empty.
    check
        Called for each folder; raises to stop.

    Raises
    ------
    OSError
        The folder itself cannot be listed.
    """
    root = folder.resolve()
    found: list[Found] = []
    pending = [(root, below)]
    while pending:
        check()
        current, name = pending.pop()
        try:
            entries = list(os.scandir(current))
        except OSError as error:
            if current == root:
                raise
            found.append(_refuse(current, f"{name}/", "failed", _reason(error)))
            continue
        for entry in entries:
            inner = f"{name}/{safe_name(entry.name)}" if name else safe_name(entry.name)
            if _is_open_folder(entry):
                pending.append((Path(entry.path), inner))
            else:
                found.append(_look(entry, inner, root))
    return sorted(found, key=lambda one: one.name)


def apart(found: Iterable[Found]) -> list[Found]:
    """Give every file a name of its own: `a~2.txt` where bytes that are no text, or accents, hid a difference."""
    taken: set[str] = set()
    named = []
    for one in found:
        name, number = one.name, 1
        while name in taken:
            number += 1
            path = PurePosixPath(one.name)
            name = str(path.with_name(f"{path.stem}~{number}{path.suffix}"))
        taken.add(name)
        refused = replace(one.refused, path=name) if one.refused else None
        named.append(one if name == one.name else Found(one.path, name, refused))
    return named


def _is_open_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False) and not (entry.name.startswith(".") or entry.name in _OF_TOOLS)


def _look(entry: os.DirEntry[str], name: str, root: Path) -> Found:
    path = Path(entry.path)
    try:
        if entry.name.startswith("."):
            folder = entry.is_dir(follow_symlinks=False)
            return _refuse(path, f"{name}/" if folder else name, "skipped", "hidden")
        if entry.is_dir(follow_symlinks=False):
            return _refuse(path, f"{name}/", "skipped", "made by a tool, not a person")
        if entry.is_symlink():
            return _follow(path, name, root)
        if not entry.is_file(follow_symlinks=False):
            return _refuse(path, name, "skipped", "not a regular file (a pipe, socket or device)")
    except OSError as error:
        return _refuse(path, name, "failed", _reason(error))
    return Found(path, name)


def _follow(path: Path, name: str, root: Path) -> Found:
    try:
        target = path.resolve(strict=True)
    except FileNotFoundError:
        return _refuse(path, name, "skipped", "a link to nothing")
    except RuntimeError:
        return _refuse(path, name, "skipped", "a link to itself")
    if not target.is_relative_to(root):
        return _refuse(path, name, "skipped", "a link out of the folder")
    if target.is_dir():
        return _refuse(path, name, "skipped", "a link to a folder, which is read where it is")
    if not target.is_file():
        return _refuse(path, name, "skipped", "not a regular file (a pipe, socket or device)")
    return Found(target, name)


def _refuse(path: Path, name: str, status: str, reason: str) -> Found:
    return Found(path, name, FileReport(name, status, reason))  # type: ignore[arg-type]


def _reason(error: OSError) -> str:
    # Without the path: reports are shown, copied and saved.
    return error.strerror or type(error).__name__
