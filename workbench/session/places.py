"""Where the store of a corpus is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.corpus.sources import identity_of
from workbench.index.chroma_address import is_address
from workbench.paths import stores_folder

__all__ = ["store_of", "store_place"]


def store_place(corpus: Any, given: str | Path | None = None) -> Path | None:
    """Give the folder of a corpus's store: the one given, else a folder of its own in the cache.

    Parameters
    ----------
    corpus
        Read already, or as `Workbench` takes it.
    given
        Folder, address of a Chroma server (which holds no record), or None.

    Returns
    -------
    Path or None
        None for what is in memory and was not read yet.
    """
    if given and not is_address(given):
        return Path(given).expanduser()
    identity = identity_of(corpus)
    return stores_folder() / identity if identity else None


def store_of(place: str | None) -> Path | None:
    """Give the store that a path stands for: itself if it is one, else the default store of that corpus.

    Raises
    ------
    CorpusNotFound
        There is nothing of that name.
    """
    if place is None:
        return None
    path = Path(place).expanduser()
    return path.resolve() if (path / "record.sqlite3").exists() else store_place(place)
