"""Values that every later stage can store: texts that encode as UTF-8, metadata that is flat."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

__all__ = ["Scalar", "clean_text", "flat_metadata", "flat_value", "safe_name"]

Scalar = str | int | float | bool

# NUL ends strings in SQLite's and Chroma's C code; a lone surrogate cannot be encoded as UTF-8.
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_LARGEST = 2**63 - 1
_NESTED = (Mapping, list, tuple)


def clean_text(text: str) -> str:
    """Put U+FFFD for NUL and lone surrogates; the number of characters stays."""
    return _BROKEN.sub("\ufffd", text)


def safe_name(name: str) -> str:
    """Give a file's name in Unicode's composed form (macOS decomposes it), with U+FFFD for bytes that are no text."""
    return unicodedata.normalize("NFC", clean_text(name))


def flat_metadata(values: Mapping[Any, object]) -> dict[str, Scalar]:
    """Give names and values that can be stored and filtered; None, NaN and infinity are dropped."""
    flat = ((clean_text(str(name)), flat_value(value)) for name, value in values.items())
    return {name: value for name, value in flat if value is not None}


def flat_value(value: object) -> Scalar | None:
    """Give a str, int, float or bool: numpy's scalars as Python's, lists joined by commas, nested values as JSON.

    None stands for a value that is missing: None, NaN, NaT, pandas' NA, infinity.
    """
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) <= _LARGEST else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, (list, tuple, set, frozenset)) and not any(isinstance(one, _NESTED) for one in value):
        items = sorted(map(str, value)) if isinstance(value, (set, frozenset)) else map(str, value)
        return clean_text(", ".join(items))
    return clean_text(_json(value) if isinstance(value, _NESTED) else str(value))


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        # Names that are tuples, or a list that holds itself.
        return str(value)
