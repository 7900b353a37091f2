"""The sample corpora that come with the project."""

from __future__ import annotations

from pathlib import Path

__all__ = ["samples"]

_DATA = Path(__file__).resolve().parents[2] / "data"


def samples() -> dict[str, Path]:
    """Give each folder of `data/` that has questions, by its name; empty where the package came without them."""
    return {found.parent.name: found.parent for found in sorted(_DATA.glob("*/questions.jsonl"))}
