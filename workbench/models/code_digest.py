"""What a class does, as a few hex digits: so that vectors of an older version of it are not taken for its own."""

from __future__ import annotations

import dis
import functools
import hashlib
import inspect
import sys
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from workbench.models.base import Model

if TYPE_CHECKING:
    from workbench.protocols import EmbeddingModel

__all__ = ["DIGITS", "CodeDigest", "is_library", "model_in"]

DIGITS = 12
_PLAIN = (str, bytes, int, float, bool, type(None))
_INSTALLED = ("site-packages", "dist-packages")


class CodeDigest:
    """The code of a class, and of the person's own functions and classes that it uses.

    The compiled code is read, not the source text: it is what runs, and a cell of a notebook has it too. Constants
    that the code finds in its module or in an enclosing function count, comments do not. Libraries are passed by;
    their version stands for them.

    Parameters
    ----------
    kind
        The class.

    Attributes
    ----------
    digest
        12 hex digits; empty where the class is a library's.
    models
        Embedding models of the workbench that the code names, by their names in it.
    """

    def __init__(self, kind: type) -> None:
        self.models: dict[str, EmbeddingModel] = {}
        self._seen: set[int] = set()
        self._parts: list[str] = []
        self._class(kind)
        text = "\n".join(self._parts)
        self.digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS] if text else ""

    def _class(self, kind: type) -> None:
        if self._new(kind):
            for owner in kind.__mro__:
                if not is_library(owner):
                    for name, value in sorted(vars(owner).items()):
                        self._member(name, value)

    def _member(self, name: str, value: Any) -> None:
        function = _function_of(value)
        if function is not None:
            self._parts.append(f"{name}: {function.__name__}")
            self._function(function)
        elif isinstance(value, _PLAIN) and not name.startswith("__"):
            self._parts.append(f"{name}={value!r}")

    def _function(self, function: FunctionType) -> None:
        if is_library(function) or not self._new(function):
            return
        self._parts.append(_code(function.__code__))
        defaults = {str(place): value for place, value in enumerate(function.__defaults__ or ())}
        for name, value in {**defaults, **(function.__kwdefaults__ or {}), **_outside(function)}.items():
            self._value(name, value)

    def _value(self, name: str, value: Any) -> None:
        model = model_in(value)
        if model is not None:
            self.models[name] = model
        elif isinstance(value, type):
            self._class(value)
        else:
            self._member(name, value)

    def _new(self, thing: object) -> bool:
        fresh = id(thing) not in self._seen
        self._seen.add(id(thing))
        return fresh


def is_library(thing: Any) -> bool:
    """Tell whether a class or function is Python's own or of an installed package, rather than the person's."""
    module = getattr(thing, "__module__", None) or ""
    top = module.partition(".")[0]
    if top == "__main__":
        return False
    if top in sys.stdlib_module_names or top in {"builtins", "workbench"}:
        return True
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return any(f"/{folder}/" in file.replace("\\", "/") for folder in _INSTALLED)


def model_in(value: Any) -> EmbeddingModel | None:
    """Give the workbench's embedding model that a value is, or that it hands to LlamaIndex; None where it is none."""
    if isinstance(getattr(type(value), "workbench_model", None), property):
        return value.workbench_model  # type: ignore[no-any-return]
    return value if isinstance(value, Model) else None  # type: ignore[return-value]


def _function_of(value: Any) -> FunctionType | None:
    """Give the function inside a method, a property or a decorated function."""
    if isinstance(value, property):
        value = value.fget
    elif isinstance(value, functools.cached_property):
        value = value.func
    elif isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if isinstance(value, type) or not callable(value):
        return None
    value = inspect.unwrap(value)
    return value if isinstance(value, FunctionType) else None


def _code(code: CodeType) -> str:
    """Write code without line numbers and names of files, so that it may move."""
    constants = [_code(value) if isinstance(value, CodeType) else _constant(value) for value in code.co_consts]
    return f"{code.co_code.hex()}({', '.join(constants)})[{', '.join(code.co_names)}]"


def _constant(value: object) -> str:
    # The order of a set changes from one interpreter to the next.
    return f"{{{', '.join(sorted(map(repr, value)))}}}" if isinstance(value, frozenset) else repr(value)


def _outside(function: FunctionType) -> Mapping[str, Any]:
    """Give the values that a function finds outside itself: in its module, and in the function it was made in."""
    enclosed = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found = {name: cell.cell_contents for name, cell in enclosed if _filled(cell)}
    names = sorted(set(_names(function.__code__)))
    return {name: function.__globals__[name] for name in names if name in function.__globals__} | found


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - an empty cell raises
    except ValueError:
        return False
    return True


def _names(code: CodeType) -> Iterator[str]:
    yield from (step.argval for step in dis.get_instructions(code) if step.opname in {"LOAD_GLOBAL", "LOAD_NAME"})
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
