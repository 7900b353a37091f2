"""What an object says about itself: the plain values that it carries, and the version of its package."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from workbench.models.code_digest import DIGITS, is_library, model_in

if TYPE_CHECKING:
    from workbench.protocols import EmbeddingModel

__all__ = ["engine_of", "is_secret", "models_of", "secrets_of", "settings_of"]

_LONGEST = 2_000
"""Characters of a setting that are written out; of a longer one, its digest."""
_MOST = 256
"""Entries of a list or mapping that are looked at; of a longer one, its length."""
_SECRETS = {
    "apikey", "auth", "authorization", "bearer", "cookie", "credential", "credentials", "jwt", "key", "keys",
    "passphrase", "passwd", "password", "pwd", "secret", "secrets", "signature", "token",
}  # fmt: skip
_TELLING = 6
"""Characters below which a secret is too short to be found in a text."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")
_LEFT_OUT = object()


def settings_of(inner: Any) -> dict[str, object]:
    """Give an object's attributes that are plain values, as JSON, without anything that may be a secret.

    Private attributes count where the class is the person's own (an instruction is often one), not where it is a
    library's, which keeps all sorts of things there.
    """
    own = not is_library(type(inner))
    found = {
        name: _json(value)
        for name, value in sorted(_attributes(inner).items())
        if not is_secret(name) and not name.startswith("__") and (own or not name.startswith("_"))
    }
    return {name: _short(value) for name, value in found.items() if value is not _LEFT_OUT}


def models_of(inner: Any) -> dict[str, EmbeddingModel]:
    """Give the embedding models of the workbench that an object holds, by the names of its attributes."""
    found = {name: model_in(value) for name, value in sorted(_attributes(inner).items())}
    return {name: model for name, model in found.items() if model is not None}


def is_secret(name: str) -> bool:
    """Tell whether a setting of that name may be a key or a password."""
    return not _SECRETS.isdisjoint(word.lower() for word in _WORD.findall(name))


def secrets_of(inner: Any) -> list[str]:
    """Give the texts that an object keeps under names of secrets."""
    kept = (value for name, value in _attributes(inner).items() if is_secret(name))
    revealed = (value.get_secret_value() if hasattr(value, "get_secret_value") else value for value in kept)
    return [value for value in revealed if isinstance(value, str) and len(value) >= _TELLING]


def engine_of(kind: type) -> str:
    """Give name and version of the package that a class comes from, or is built on; empty where there is none."""
    for owner in kind.__mro__:
        if is_library(owner) and (found := _package(owner.__module__)):
            return found
    return ""


def _package(module: str) -> str:
    # Several packages share a first name (llama_index.core, llama_index.embeddings.huggingface): the longest is it.
    parts = module.split(".")
    for end in range(len(parts), 0, -1):
        name = "-".join(parts[:end]).replace("_", "-")
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    return ""


def _attributes(inner: Any) -> dict[str, Any]:
    private = getattr(inner, "__pydantic_private__", None)  # where LlamaIndex's objects keep theirs
    return {**_slots(inner), **(private if isinstance(private, dict) else {}), **getattr(inner, "__dict__", {})}


def _slots(inner: Any) -> dict[str, Any]:
    named = (vars(kind).get("__slots__", ()) for kind in type(inner).__mro__)
    names = [name for given in named for name in ((given,) if isinstance(given, str) else given)]
    return {name: getattr(inner, name) for name in names if not name.startswith("__") and hasattr(inner, name)}


def _json(value: Any) -> Any:
    """Give a value as JSON, `_LEFT_OUT` where it is none."""
    value = value.value if isinstance(value, Enum) else value
    if value is None or isinstance(value, (bool, int, float, str)):
        return _scalar(value)
    if isinstance(value, PurePath) or _named(value, "torch", ("dtype", "device")):
        return str(value)
    if _named(value, "numpy") and getattr(value, "shape", None) == ():
        return _json(value.item())
    if is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        # Whatever is as long as a vocabulary is weights rather than a setting, and takes long to write.
        return _container(value) if len(value) <= _MOST else f"{type(value).__name__} of {len(value)}"
    return _LEFT_OUT


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return _LOGIN.sub("", value)
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _container(value: Any) -> Any:
    if isinstance(value, Mapping):
        items = {str(key): _json(item) for key, item in value.items() if not is_secret(str(key))}
        return {name: item for name, item in items.items() if item is not _LEFT_OUT}
    ordered = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
    listed = [_json(item) for item in ordered]
    return _LEFT_OUT if any(item is _LEFT_OUT for item in listed) else listed


def _named(value: object, module: str, names: tuple[str, ...] = ()) -> bool:
    kind = type(value)
    return kind.__module__.partition(".")[0] == module and (not names or kind.__name__ in names)


def _short(value: object) -> object:
    text = json.dumps(value, sort_keys=True)
    return value if len(text) <= _LONGEST else f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"
