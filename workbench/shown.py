"""Text from elsewhere as it may be shown: whole, with a sign for what a screen or a terminal would obey."""

from __future__ import annotations

import html
import json
import re
from typing import Any

__all__ = ["NO_MATH", "escaped", "joined", "sendable", "visible", "whole"]

HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair: no UTF-8 has it, and Jupyter refuses a message that holds one."""
OBEYED = re.compile("\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tabs and ends of lines, and what opens or closes a direction of writing."""
PICTURES, DELETE = 0x2400, 0x7F
NO_MATH = "tex2jax_ignore mathjax_ignore"
"""The classes by which JupyterLab and exported pages are told that `$` is a dollar."""


def joined(text: str) -> str:
    """Join halves of surrogate pairs that met, as those of two pieces of a stream do; one alone stays."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") if HALF.search(text) else text


def whole(text: str) -> str:
    """Join halves of surrogate pairs that met, and put U+FFFD for those that stay alone."""
    return HALF.sub("\ufffd", joined(text))


def visible(text: str) -> str:
    """Give text in which nothing is obeyed: `␛` for ESC and so on (Unicode's control pictures), U+FFFD for the rest.

    Without it, ESC colours, hides or links text in a terminal and in a cell, and U+202E turns around what stands
    beside a name.
    """
    return OBEYED.sub(_sign, whole(text))


def escaped(text: object) -> str:
    """Give the HTML of `visible` text."""
    return html.escape(visible(str(text)))


def sendable(value: Any, _: object = None) -> Any:
    """Give plain JSON that Jupyter can send: itself, or with U+FFFD for each half of a surrogate pair."""
    said = json.dumps(value, ensure_ascii=False)
    return json.loads(HALF.sub("\ufffd", said)) if HALF.search(said) else value


def _sign(found: re.Match[str]) -> str:
    code = ord(found.group())
    return chr(PICTURES + code) if code < 0x20 else "\u2421" if code == DELETE else "\ufffd"
