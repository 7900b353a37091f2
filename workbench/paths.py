"""Where the workbench keeps files outside the person's own folders."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

__all__ = ["cache_folder", "models_folder", "stores_folder", "uploads_folder"]


def cache_folder() -> Path:
    """Give `WORKBENCH_CACHE`, else the operating system's cache folder for the workbench; not created."""
    given = os.environ.get("WORKBENCH_CACHE")
    return Path(given).expanduser() if given else user_cache_path("workbench", appauthor=False)


def stores_folder() -> Path:
    """Give `WORKBENCH_STORES`, else the cache folder: the parent of every default store."""
    given = os.environ.get("WORKBENCH_STORES")
    return Path(given).expanduser() if given else cache_folder()


def models_folder() -> Path:
    """Give the folder of converted models."""
    return cache_folder() / "models"


def uploads_folder() -> Path:
    """Give the folder of files that were handed over in the browser, `<digest>/files` for each time."""
    return cache_folder() / "files"
