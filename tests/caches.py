"""Caches of one's own for tests."""

from __future__ import annotations

from pathlib import Path

from workbench.paths import models_folder

__all__ = ["own_cache"]


def own_cache(place: Path) -> Path:
    """Make a cache that shares nothing but converted models with others: these cost seconds."""
    place.mkdir(parents=True)
    models_folder().mkdir(parents=True, exist_ok=True)
    (place / "models").symlink_to(models_folder(), target_is_directory=True)
    return place
