"""The sample corpora that come with the project."""

from __future__ import annotations

from pathlib import Path

__all__ = ["is_sample", "samples"]

_DATA = Path(__file__).resolve().parents[2] / "data"


def samples() -> dict[str, Path]:
    """Give each folder of `data/` that has questions, by its name; empty where the package came without them."""
    return {found.parent.name: found.parent for found in sorted(_DATA.glob("*/questions.jsonl"))}


def is_sample(path: Path) -> bool:
    """Tell whether a resolved path is one of a sample's files."""
    return path.is_relative_to(_DATA)
