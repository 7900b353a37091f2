"""The folder of a store: what it is, who writes to it, what lies in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from workbench.corpus.uploads import old_uploads
from workbench.doctor.checking import Check, Said, note, ok, problem, size
from workbench.doctor.machine import room
from workbench.doctor.reading import RECORD, Store, locked
from workbench.index.compact import files_in_use
from workbench.index.leftovers import set_aside_parts, size_of, stray_files
from workbench.index.lock import WriterLock

__all__ = ["CHECKS", "foreign", "holder"]

_ELSEWHERE = "Choose another folder: `Workbench(corpus, store='/path/of/a/folder')`."
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def foreign(path: Path) -> Iterator[Said]:
    """Say why a path is no store that can be looked at; nothing where it is one."""
    if not path.exists():
        yield note(f"There is no store at {path} yet; it is made when something is embedded.")
    elif not path.is_dir():
        yield problem(f"{path} is a file; a store is a folder.", _ELSEWHERE)
    elif not (path / RECORD).exists():
        others = [one.name for one in path.iterdir() if one.name not in ("lock", "writer.json")]
        if (path / "vectors").is_dir() and any((path / "vectors").iterdir()):
            yield problem(
                f"{path} has vectors and no {RECORD}, which says whose they are.",
                "Put it back from a copy, or embed again, which sets the vectors aside: `wb.embed()`.",
            )
        elif others:
            yield problem(f"{path} is no store: it has no {RECORD}, and {len(others)} other entries.", _ELSEWHERE)
        else:
            yield note(f"The store {path} is empty; it is filled when something is embedded.")
    elif not (path / RECORD).stat().st_size:
        yield problem(f"{path / RECORD} is empty.", "Embed again, which begins it anew: `wb.embed()`.")


def holder(path: Path) -> dict[str, object] | None:
    """Give the process that writes to a store, as far as it said who it is; None where there is none."""
    held = locked(path / "lock")
    known = WriterLock(path).holder()
    return known if held or (held is None and known) else None


def _writer(store: Store) -> Iterator[Said]:
    found = holder(store.path)
    if found is None:
        yield ok(f"Nobody writes to the store {store.path} now.")
    elif found.get("pid") == store.asker:
        yield ok(f"This process writes to the store {store.path}.")
    else:
        yield note(
            f"Process {found.get('pid', 'unknown')} on {found.get('host', 'an unknown host')} writes to the store "
            f"{store.path} since {found.get('since', 'an unknown time')}; others can only read.",
            "To write here, shut that notebook's kernel down and call `wb.refresh()`.",
        )


def _contents(store: Store) -> Iterator[Said]:
    counts = [store.all(f"SELECT count(*) FROM {table}")[0][0] for table in ("collections", "chunks", "vectors")]  # noqa: S608
    yield ok("{} collections, {} chunks, {} vectors, {}.".format(*counts, size(size_of(store.path))))


def _leftovers(store: Store) -> Iterator[Said]:
    remedy = "Free it: `wb.compact()`."
    parts = set_aside_parts(store.path)
    if parts:
        yield note(f"{len(parts)} parts were set aside as damaged ({size(sum(map(size_of, parts)))}).", remedy)
    names = [name for (name,) in store.all("SELECT name FROM collections")]
    used = set(files_in_use(store.read).values())
    strays = stray_files(store.path, used, names) if holder(store.path) is None else []  # else they may be its work
    if strays:
        yield note(
            f"{len(strays)} files were left behind by processes that were killed ({size(sum(map(size_of, strays)))}).",
            remedy,
        )
    uploads = old_uploads()
    if uploads:
        yield note(
            f"{len(uploads)} uploads of the corpus panel are older than a week ({size(sum(map(size_of, uploads)))}).",
            remedy,
        )
    if not (parts or strays or uploads):
        yield ok("Nothing is left over.")


def _modes(store: Store) -> Iterator[Said]:
    if os.name != "posix":
        return
    mode = stat.S_IMODE(store.path.stat().st_mode)
    files = [store.path / RECORD, *store.path.glob("vectors/*.f32")]
    wide = [path for path in files if path.exists() and path.stat().st_mode & _OTHERS]
    if mode & _OTHERS:
        yield problem(
            f"Other users of this machine may look into the store: {store.path} has mode {mode:o}.",
            f"Close it: `chmod 700 '{store.path}'`.",
        )
    elif wide:
        yield note(f"{len(wide)} files have wider modes than 600; the folder itself is closed to others.")
    else:
        yield ok("Only its owner may look into the store.")


def _room(store: Store) -> Iterator[Said]:
    yield from room(store.path, "store", "Make room there, or drop what nothing uses: `wb.compact()`.")


CHECKS = (
    Check("writer", _writer),
    Check("contents", _contents),
    Check("left over", _leftovers),
    Check("modes", _modes),
    Check("room", _room),
)
