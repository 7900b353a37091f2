"""jsonschema without the grammar of IRIs, which takes over a second to import."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

__all__ = ["import_jsonschema"]

_GRAMMAR = "rfc3987_syntax"


def import_jsonschema() -> None:
    """Import jsonschema so that the grammar of IRIs is compiled when the first of them is checked.

    Chroma imports jsonschema, and so does plotly where nbformat is installed; both do it for nothing. With JupyterLab
    comes rfc3987-syntax (read: 1.1), which jsonschema imports (read: 4.26) and which takes 1.3 of Chroma's 2.0 seconds
    of processor time. Nothing is done where either was imported before, or is not installed.
    """
    if "jsonschema" in sys.modules or _GRAMMAR in sys.modules:
        return
    if find_spec("jsonschema") is None or find_spec(_GRAMMAR) is None:
        return
    standing_in = ModuleType(_GRAMMAR)
    standing_in.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
    sys.modules[_GRAMMAR] = standing_in
    try:
        import_module("jsonschema")
    finally:
        del sys.modules[_GRAMMAR]


def _is_valid_syntax(*given: Any) -> Any:
    return import_module(_GRAMMAR).is_valid_syntax(*given)
