"""JSON as Go's encoding/json writes it: compact, `<>&` escaped, numbers in their shortest form."""

from __future__ import annotations

import json
import math

import numpy as np

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def go_json(value: object) -> str:
    """Encode; a float32 is written with the digits that float32 needs, and NaN as null (for broken replies)."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(key)}:{go_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple, np.ndarray)):
        return "[" + ",".join(map(go_json, value)) + "]"
    if isinstance(value, (float, np.floating)):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).translate(_ESCAPES)


def _number(value: float | np.floating) -> str:
    if not math.isfinite(value):
        return "null"
    if value != 0 and not 1e-6 <= abs(value) < 1e21:
        return np.format_float_scientific(value, unique=True, trim="-", exp_digits=1)
    return np.format_float_positional(value, unique=True, trim="-")
