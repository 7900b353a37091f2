"""What the server checks before it works, in its order and with its words."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

from tests.ollama.catalogue import NAME, Model, full_name
from tests.ollama.wire import Reply, Request, error

if TYPE_CHECKING:
    from tests.ollama.double import OllamaDouble

GO_TYPES = {"dimensions": ("int", int), "model": ("string", str), "stream": ("bool", bool), "truncate": ("bool", bool)}
JSON_NAMES = {str: "string", int: "number", float: "number", bool: "bool", list: "array", dict: "object"}
OPTION_TYPES = {
    "num_ctx": ("integer", int),
    "num_predict": ("integer", int),
    "seed": ("integer", int),
    "temperature": ("float32", float),
    "top_p": ("float32", float),
    "stop": ("array", list),
}
DURATION = re.compile(r"[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+|0")
CLOUD_OFF = "ollama cloud is disabled: remote model is unavailable"


class Refusal(Exception):
    """Carries the reply that ends a request."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        self.reply = reply


def decode(request: Request, struct: str) -> dict:
    """Read the body as Go does, or refuse."""
    if not request.raw:
        raise Refusal(error(400, "missing request body"))
    try:
        body = without_halves(json.loads(request.raw))
    except json.JSONDecodeError as problem:
        cut = problem.pos >= len(problem.doc.rstrip()) or problem.msg.startswith("Unterminated")
        sign = problem.doc[problem.pos : problem.pos + 1]
        text = "unexpected EOF" if cut else f"invalid character '{sign}' looking for beginning of value"
        raise Refusal(error(400, text)) from problem
    for key, (go, python) in GO_TYPES.items():
        value = body.get(key)
        if value is not None and type(value) is not python:
            kind = JSON_NAMES[type(value)]
            text = f"json: cannot unmarshal {kind} into Go struct field {struct}.{key} of type {go}"
            raise Refusal(error(400, text))
    check_keep_alive(body.get("keep_alive"))
    return body


def without_halves(body: dict) -> dict:
    """Put U+FFFD for half a surrogate pair, as Go does."""
    text = json.dumps(body, ensure_ascii=False)
    return json.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def check_keep_alive(value: object) -> None:
    if isinstance(value, bool):
        raise Refusal(error(400, "Unsupported type: 'bool'"))
    if isinstance(value, str) and not DURATION.fullmatch(value):
        raise Refusal(error(400, f'time: invalid duration "{value}"'))


def check_options(options: dict | None) -> dict:
    """Refuse an option of the wrong type; the server finds it when it loads the model."""
    for key, (name, python) in OPTION_TYPES.items():
        value = (options or {}).get(key)
        if value is None or (python in (int, float) and type(value) in (int, float)) or type(value) is python:
            continue
        raise Refusal(error(500, f'option "{key}" must be of type {name}'))
    return options or {}


def find(double: OllamaDouble, name: str, blank: Reply, absent: str) -> Model:
    """Give the model of that name; `absent` is the text for a missing one, with `{}` for the name."""
    if not name:
        raise Refusal(blank)
    if not NAME.fullmatch(name):
        raise Refusal(error(400, "invalid model name"))
    if name.endswith((":cloud", "-cloud")) and not double.cloud:
        raise Refusal(error(403, CLOUD_OFF))
    model = double.models.get(full_name(name).lower())
    if model is None:
        raise Refusal(error(404, absent.format(name)))
    return model


def now(moment: float | None = None) -> str:
    """RFC3339Nano in UTC, trailing zeros trimmed; of another moment in seconds since 1970 if one is given."""
    seconds, rest = divmod(time.time_ns() if moment is None else int(moment * 10**9), 10**9)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + fraction + "Z"
