"""What the workbench needs: pyproject.toml of a checkout, else what was written down when it was installed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.metadata import metadata
from pathlib import Path

from packaging.requirements import Requirement

__all__ = ["Declared", "declared"]

_NAME = "rag-workbench"


@dataclass(frozen=True)
class Declared:
    """Range of Python, the requirements, and those of the extras."""

    python: str
    packages: tuple[Requirement, ...]
    extras: tuple[Requirement, ...]


def declared() -> Declared:
    """Read what is needed, of a checkout from its pyproject.toml: what was installed may be older than that."""
    file = Path(__file__).parents[2] / "pyproject.toml"
    if file.is_file():
        project = tomllib.loads(file.read_text("utf-8")).get("project", {})
        if project.get("name") == _NAME:
            extras = [text for texts in project.get("optional-dependencies", {}).values() for text in texts]
            return Declared(project["requires-python"], _parsed(project["dependencies"]), _parsed(extras))
    return _installed()


def _installed() -> Declared:
    about = metadata(_NAME)
    needed = _parsed(about.get_all("Requires-Dist") or [])
    return Declared(
        about["Requires-Python"],
        tuple(one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})),
        tuple(one for one in needed if one.marker is not None and "extra" in str(one.marker)),
    )


def _parsed(texts: list[str]) -> tuple[Requirement, ...]:
    return tuple(dict.fromkeys(Requirement(text) for text in texts))
