"""The project's own files, read once for the tests that hold them together."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.install import requirements

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "workbench"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DEPENDENCIES = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(text) for text in PROJECT["dependency-groups"]["dev"]]
EXTRAS = [Requirement(text) for extra in PROJECT["project"]["optional-dependencies"].values() for text in extra]


def lock_lines() -> list[str]:
    """Give the lock's requirements with their markers, without their hashes."""
    return requirements((ROOT / "requirements.lock").read_text("utf-8"))


@cache
def lock_here() -> dict[str, str]:
    """Give name to version, as the lock has them for this system and Python."""
    found = [Requirement(line) for line in lock_lines()]
    chosen = [one for one in found if one.marker is None or one.marker.evaluate()]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in chosen}


def imports(path: Path, *, everywhere: bool = True) -> Iterator[str]:
    """Yield the full names of modules that a file imports; with `everywhere=False` only at its top level.

    What stands under `if TYPE_CHECKING:` never runs and does not count.
    """
    yield from _imports_of(ast.parse(path.read_text("utf-8")).body, everywhere)


def _imports_of(body: list[ast.stmt], everywhere: bool) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from _imports_of(node.orelse, everywhere)
        elif everywhere or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.ExceptHandler)]
            yield from _imports_of(_statements(inner), everywhere)


def _statements(nodes: list[ast.AST]) -> list[ast.stmt]:
    """Open exception handlers, which hold statements but are none."""
    flat: list[ast.stmt] = []
    for node in nodes:
        flat.extend(node.body if isinstance(node, ast.ExceptHandler) else [node])
    return flat
