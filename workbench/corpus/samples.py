"""The corpora that come with the workbench."""

from __future__ import annotations

from pathlib import Path

__all__ = ["samples"]

_DATA = Path(__file__).resolve().parent.parent.parent / "data"


def samples() -> dict[str, Path]:
    """Give the sample corpora by name; empty where the project's `data` folder is not beside the package."""
    if not _DATA.is_dir():
        return {}
    return {folder.name: folder for folder in sorted(_DATA.iterdir()) if (folder / "questions.jsonl").exists()}
