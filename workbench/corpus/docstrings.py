"""The docstrings of installed libraries as a corpus: thousands of texts with no download, and nothing imported."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.corpus.clean import clean_text
from workbench.errors import CorpusNotFound, InputError
from workbench.records import Document

__all__ = ["docstring_documents"]

_TESTS = frozenset({"tests", "test", "testing", "_tests", "conftest.py", "__pycache__"})
_LARGEST = 2_000_000
"""Bytes of a source file; a larger one is made by a machine."""
_MOST = 50_000
"""Docstrings of one package."""

_Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def docstring_documents(packages: Sequence[str]) -> tuple[Document, ...]:
    """Read the docstrings of public modules, classes, methods and functions.

    Source files are parsed, never run. Tests and names that begin with `_` are left out (files that do are not: many
    public functions live in them).

    Parameters
    ----------
    packages
        Names of installed top-level packages, such as `["numpy", "sklearn"]`.

    Returns
    -------
    tuple of Document
        Id `numpy/linalg/_linalg.py#norm`, title the qualified name, text the call and the docstring. Metadata:
        `package`, `module`, `kind` (module, class, method or function), `source` (the file), `format`, `folder`.

    Raises
    ------
    CorpusNotFound
        A package that is not installed, or has no Python source.
    InputError
        No packages, or something that is not the name of one.
    """
    if not packages or not isinstance(packages, Sequence) or isinstance(packages, (str, bytes)):
        raise InputError(f"The packages are {packages!r}; give a list of names, such as ['numpy', 'sklearn'].")
    files = {str(package): _files(package) for package in packages}
    return tuple(document for package, found in files.items() for document in _of_package(package, found))


def _of_package(package: str, files: Sequence[tuple[Path, str]]) -> list[Document]:
    documents: dict[str, Document] = {}
    with warnings.catch_warnings():
        # Escapes such as "\d" in other people's sources.
        warnings.simplefilter("ignore")
        for path, name in files:
            for document in _of_file(path, name):
                documents.setdefault(document.id, document)
            if len(documents) >= _MOST:
                break
    if not documents:
        raise CorpusNotFound(f"The package {package!r} has no docstrings in Python source. Choose another one.")
    return list(documents.values())


def _files(package: object) -> list[tuple[Path, str]]:
    """Give (path, path below the folder of packages) of each source file."""
    if not isinstance(package, str) or not package.isidentifier():
        raise InputError(f"{package!r} is not the name of a top-level package, such as 'numpy'. Leave out submodules.")
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise CorpusNotFound(
            f"The package {package!r} is not installed here. Check the name (of the import, not of the download: "
            f"'sklearn', not 'scikit-learn'), or install it."
        )
    roots = [Path(root) for root in spec.submodule_search_locations or ()]
    if not roots:
        return [(Path(spec.origin), Path(spec.origin).name)] if spec.origin and spec.origin.endswith(".py") else []
    return [
        (path, path.relative_to(root.parent).as_posix())
        for root in roots
        for path in sorted(root.rglob("*.py"))
        if _TESTS.isdisjoint(path.relative_to(root).parts)
    ]


def _of_file(path: Path, name: str) -> Iterator[Document]:
    try:
        if path.stat().st_size > _LARGEST:
            return
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        # Templates and files for other versions of Python are part of many packages.
        return
    parts = name.removesuffix(".py").split("/")
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    yield from _document(tree, name, module, "", "module", module)
    yield from _of_body(tree.body, name, module, "")


def _of_body(body: list[ast.stmt], name: str, module: str, owner: str) -> Iterator[Document]:
    for node in body:
        if isinstance(node, (ast.If, ast.Try, ast.TryStar, ast.With)):
            for branch in _branches(node):
                yield from _of_body(branch, name, module, owner)
        elif isinstance(node, _Defined) and not node.name.startswith("_"):
            yield from _of_definition(node, name, module, owner)


def _branches(node: ast.If | ast.Try | ast.TryStar | ast.With) -> list[list[ast.stmt]]:
    """Give the bodies of a statement in which names are defined depending on versions, in the order of the source."""
    if isinstance(node, ast.With):
        return [node.body]
    if isinstance(node, ast.If):
        return [node.body, node.orelse]
    return [node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody]


def _of_definition(node: _Defined, name: str, module: str, owner: str) -> Iterator[Document]:
    inner = f"{owner}.{node.name}" if owner else node.name
    if isinstance(node, ast.ClassDef):
        yield from _document(node, name, module, inner, "class", f"class {module}.{inner}")
        yield from _of_body(node.body, name, module, inner)
    else:
        kind = "method" if owner else "function"
        yield from _document(node, name, module, inner, kind, f"{module}.{inner}({_arguments(node.args)})")


def _document(
    node: ast.Module | _Defined, name: str, module: str, inner: str, kind: str, heading: str
) -> Iterator[Document]:
    docstring = ast.get_docstring(node, clean=False)
    if not docstring or not docstring.strip():
        return
    package = module.partition(".")[0]
    metadata = {
        "source": name,
        "format": "docstring",
        "folder": package,
        "package": package,
        "module": module,
        "kind": kind,
    }
    text = clean_text(f"{heading}\n\n{inspect.cleandoc(docstring)}")
    title = f"{module}.{inner}" if inner else module
    yield Document(f"{name}#{inner}" if inner else name, text, title, metadata)


def _arguments(arguments: ast.arguments) -> str:
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    rest = [f"*{arguments.vararg.arg}"] if arguments.vararg else (["*"] if arguments.kwonlyargs else [])
    named = [argument.arg for argument in arguments.kwonlyargs]
    last = [f"**{arguments.kwarg.arg}"] if arguments.kwarg else []
    return ", ".join([*(name for name in positional if name not in ("self", "cls")), *rest, *named, *last])
