"""A large corpus with no download: the docstrings of the libraries that are installed."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from workbench.errors import CorpusNotFound
from workbench.records import Document

__all__ = ["docstring_documents"]

_LEAST = 40
"""Characters; a shorter docstring says nothing worth finding."""
_SKIPPED = {"tests", "test", "_vendor", "vendored", "externals", "conftest.py"}


def docstring_documents(packages: Sequence[str]) -> tuple[Document, ...]:
    """Read the docstrings of packages from their source files; nothing of them is run.

    Parameters
    ----------
    packages
        Top-level names, such as `["numpy", "sklearn"]`.

    Returns
    -------
    tuple of Document
        Ids such as `numpy/linalg/_linalg.py#norm`, titles such as `numpy.linalg._linalg.norm`; metadata package,
        module and kind (module, class, function).

    Raises
    ------
    CorpusNotFound
        A package is not installed, or has no Python source.
    """
    documents: dict[str, Document] = {}
    for package in packages:
        for document in _package(package):
            documents.setdefault(document.id, document)
    return tuple(documents.values())


def _package(package: str) -> Iterator[Document]:
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None or not (spec.submodule_search_locations or spec.origin):
        raise CorpusNotFound(
            f"The package {package!r} is not installed here. Give top-level names of installed packages, such as "
            "'numpy' or 'sklearn'."
        )
    roots = [Path(one) for one in spec.submodule_search_locations or []] or [Path(str(spec.origin))]
    found = False
    for root in roots:
        for file in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            below = file.relative_to(root.parent)
            if _SKIPPED.isdisjoint(below.parts):
                for document in _file(file, below, package):
                    found = True
                    yield document
    if not found:
        raise CorpusNotFound(f"The package {package!r} has no docstrings in Python source files. Give another one.")


def _file(file: Path, below: Path, package: str) -> Iterator[Document]:
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError, RecursionError):
        return
    module = ".".join(below.with_suffix("").parts).removesuffix(".__init__")
    for name, kind, text in _docstrings(tree, ""):
        if len(text) >= _LEAST:
            path = below.as_posix()
            title = f"{module}.{name}" if name else module
            metadata = {"source": path, "format": "py", "package": package, "module": module, "kind": kind}
            yield Document(f"{path}#{name}" if name else path, text, title, metadata)


def _docstrings(node: ast.Module | ast.ClassDef, within: str) -> Iterator[tuple[str, str, str]]:
    text = ast.get_docstring(node, clean=False)
    if text:
        yield within, "class" if within else "module", inspect.cleandoc(text)
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{within}.{child.name}" if within else child.name
            if isinstance(child, ast.ClassDef):
                yield from _docstrings(child, name)
            elif own := ast.get_docstring(child, clean=False):
                yield name, "function", inspect.cleandoc(own)
