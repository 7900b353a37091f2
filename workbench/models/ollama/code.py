"""A request as text that a person can run elsewhere: curl, Python or JavaScript.

The text says the same as what our client sends, whatever stands in it: quotes, newlines, backslashes, `$`, `</script>`.
Characters that cannot be seen, or that turn or break a line (controls, U+2028, bidirectional marks), stand as escapes,
so that what is pasted is what was read.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.errors import InputError

if TYPE_CHECKING:
    from workbench.models.ollama.requests import Request

__all__ = ["as_code", "as_curl", "as_javascript", "as_python"]

_PACKAGED = {"/api/embed": "embed", "/api/pull": "pull"}
"""Routes whose every field is an argument of Ollama's own packages."""
_SHOWN = 5
_ARGUMENT = 100_000
"""Bytes that one argument of a command may have: Linux allows 128 KiB, the text beyond goes through a here-document."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def as_code(request: Request, language: str, package: bool = False) -> str:
    """Give the request in `curl`, `python` or `javascript`; `package` as in `as_python`."""
    match language:
        case "curl":
            return as_curl(request)
        case "python":
            return as_python(request, package=package)
        case "javascript":
            return as_javascript(request, package=package)
    raise InputError(f"There is no way to write a request in {language!r}. Choose curl, python or javascript.")


def as_curl(request: Request) -> str:
    """Give a curl command for a POSIX shell, its JSON in single quotes, in which a shell changes nothing."""
    parts = ["curl", *(["--no-buffer"] if request.body.get("stream") else [])]
    head = " ".join([*parts, "-X", request.method, shlex.quote(request.url)])
    if not request.body:
        return head
    head = f"{head} -H 'Content-Type: application/json'"
    data = _json(request.body)
    if len(data.encode()) > _ARGUMENT:
        return f"{head} --data-binary @- <<'END'\n{data}\nEND"
    return f"{head} --data-raw {_single_quoted(data)}"


def as_python(request: Request, package: bool = False) -> str:
    """Give a Python script.

    Parameters
    ----------
    request
        Any.
    package
        Whether to use the `ollama` package. All other routes than embedding and pulling, and text with half a
        surrogate pair, which that package cannot send, are written with the standard library all the same.
    """
    if package and request.path in _PACKAGED and _has_utf8(request.body):
        return _python_package(request)
    lines = ["import json", "from urllib.request import Request, urlopen", ""]
    if request.body:
        lines += [_assigned("body", request.body)]
        more = ["data=json.dumps(body).encode()", 'headers={"Content-Type": "application/json"}']
    else:
        more = []
    given = ", ".join([repr(request.url), *more, f"method={request.method!r}"])
    return "\n".join(
        [*lines, f"request = Request({given})", "with urlopen(request) as reply:", *_python_reply(request)]
    )


def as_javascript(request: Request, package: bool = False) -> str:
    """Give a JavaScript module, for Node or a browser; `package` takes ollama-js, else `fetch`, as in `as_python`."""
    if package and request.path in _PACKAGED:
        return _javascript_package(request)
    options = [f"  method: {_script(request.method)},"]
    if request.body:
        options += ['  headers: { "Content-Type": "application/json" },']
        options += [f"  body: JSON.stringify({_indented(_script(request.body, indent=2))}),"]
    return "\n".join(
        [
            f"const reply = await fetch({_script(request.url)}, {{",
            *options,
            "});",
            "if (!reply.ok) throw new Error(await reply.text());",
            *_javascript_reply(request),
        ]
    )


def _python_package(request: Request) -> str:
    call = f"client.{_PACKAGED[request.path]}("
    arguments = [f"    {key}={value!r}," for key, value in request.body.items() if _NAME.fullmatch(key)]
    lines = ["# pip install ollama", "import ollama", "", f"client = ollama.Client(host={request.host!r})"]
    if request.body.get("stream"):
        return "\n".join([*lines, f"for line in {call}", *arguments, "):", "    print(line.status, line.completed)"])
    shown = f"print(len(reply.embeddings), reply.embeddings[0][:{_SHOWN}])"
    return "\n".join([*lines, f"reply = {call}", *arguments, ")", shown])


def _python_reply(request: Request) -> list[str]:
    if request.body.get("stream"):
        return ["    for line in reply:", "        print(json.loads(line))"]
    return ["    print(json.load(reply))"]


def _javascript_package(request: Request) -> str:
    call = f"ollama.{_PACKAGED[request.path]}({_script(request.body, indent=2)})"
    lines = [
        "// npm install ollama",
        'import { Ollama } from "ollama";',
        "",
        f"const ollama = new Ollama({{ host: {_script(request.host)} }});",
        f"const reply = await {call};",
    ]
    if request.body.get("stream"):
        return "\n".join([*lines, "for await (const line of reply) console.log(line.status, line.completed);"])
    return "\n".join([*lines, f"console.log(reply.embeddings.length, reply.embeddings[0].slice(0, {_SHOWN}));"])


def _javascript_reply(request: Request) -> list[str]:
    if request.body.get("stream"):
        return [
            "const lines = reply.body.pipeThrough(new TextDecoderStream());",
            "for await (const line of lines) console.log(line);",
        ]
    return ["console.log(await reply.json());"]


def _has_utf8(body: Mapping[str, object]) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in json.dumps(body, ensure_ascii=False))


def _assigned(name: str, body: Mapping[str, object]) -> str:
    rows = [f"    {key!r}: {value!r}," for key, value in body.items()]
    return "\n".join([f"{name} = {{", *rows, "}"])


def _json(value: object, indent: int | None = None) -> str:
    """Give JSON in which every character can be seen; the rest as an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    # Between the strings of JSON there is nothing but ASCII, and the newlines of the indent.
    return "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)


def _script(value: object, indent: int | None = None) -> str:
    """Give a JavaScript literal that may stand inside a `<script>` of a page."""
    return re.sub(r"<(?=[/!])", r"\\u003c", _json(value, indent))


def _single_quoted(text: str) -> str:
    """Quote for a POSIX shell: `'` ends the quotes, stands escaped, and they begin again."""
    return "'" + text.replace("'", "'\\''") + "'"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
