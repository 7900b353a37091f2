"""What a corpus can be made of here: samples, variables of the notebook, files that were handed over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from workbench.disk import made, write_whole
from workbench.errors import InputError
from workbench.paths import uploads_folder

__all__ = ["keep_files", "namespace", "variable", "variables"]

_NOT_DATA = {"In", "Out"}
_ADVICE = "Make room there, or set WORKBENCH_CACHE to a folder that can be written, and hand the files over again."


def namespace() -> Mapping[str, Any]:
    """Give the variables of the notebook, none where there is no notebook."""
    from IPython import get_ipython

    shell = get_ipython()
    return shell.user_ns if shell is not None else {}


def variables(names: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give the variables that can be a corpus: `name` and `kind` (`DataFrame, 12 rows`; `list of 3 texts`)."""
    found = (
        (name, _kind(value)) for name, value in names.items() if not name.startswith("_") and name not in _NOT_DATA
    )
    return [{"name": name, "kind": kind} for name, kind in sorted(found) if kind]


def _kind(value: object) -> str:
    # By name: whoever has a DataFrame has imported pandas, and nobody else should wait for it.
    if type(value).__name__ == "DataFrame" and type(value).__module__.startswith("pandas"):
        return f"DataFrame, {len(value)} rows"  # type: ignore[arg-type]
    if isinstance(value, (list, tuple)) and value:
        if all(isinstance(one, str) for one in value):
            return f"list of {len(value)} texts"
        if all(hasattr(one, "text") or hasattr(one, "page_content") for one in value):
            return f"list of {len(value)} documents"
    return ""


def variable(names: Mapping[str, Any], name: str) -> object:
    """Give a variable by its name.

    Raises
    ------
    InputError
        There is none of that name, or it is nothing that a corpus can be made of.
    """
    name = name.strip()
    if name not in names:
        raise InputError(f"The notebook has no variable {name!r}. Run the cell that makes it, then choose it again.")
    if not _kind(names[name]):
        raise InputError(
            f"The variable {name!r} is a {type(names[name]).__name__}; give a DataFrame, a list of texts or documents."
        )
    value = names[name]
    return list(value) if isinstance(value, tuple) else value


def keep_files(files: Mapping[str, bytes]) -> Path:
    """Save files that were handed over, in a folder of the cache named by their content.

    A folder, not memory: so they are read, reported and found again like any other corpus.

    Raises
    ------
    InputError
        No file was given.
    NotWritten
        The cache folder cannot be written.
    """
    if not files:
        raise InputError("No file was chosen; choose one or more.")
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    folder = uploads_folder() / digest.hexdigest()[:12] / "files"
    made(folder, _ADVICE)
    for name, content in files.items():
        # The browser gives a bare name; whatever else comes must not leave the folder.
        write_whole(folder / (PurePath(name.replace("\\", "/")).name or "file"), content, _ADVICE)
    return folder
