"""Keys that must be seen nowhere, and every place where an error, a model or a workbench could show one."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

__all__ = ["ENVIRONMENT", "errors_of", "found_in", "given", "seen_of"]

_BODIES = {
    "OPENAI_API_KEY": "Qz7openaiK4wv9YtB2",
    "AZURE_OPENAI_API_KEY": "Xn3azureM8hp1LcD6",
    "OLLAMA_API_KEY": "Jf5ollamaR2sg7WkE9",
    "HF_TOKEN": "Vb6hubtokN4dx8PmA3",
    "argument": "Uy9argumH3jr5TqC7",
    "password": "Gk2passwS6fl9ZnB4",
}
PREFIXES = {"OPENAI_API_KEY": "sk-proj-", "HF_TOKEN": "hf_", "argument": "sk-"}


def given(name: str) -> str:
    """Give a key; called, rather than named, so that no variable of a test holds one."""
    return PREFIXES.get(name, "") + _BODIES[name]


ENVIRONMENT = [name for name in _BODIES if name.isupper()]


def found_in(text: str | bytes) -> set[str]:
    """Tell whose key, or eight characters of it in a row, stands in a text."""
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    return {name for name, body in _BODIES.items() if any(body[at : at + 8] in text for at in range(len(body) - 7))}


def errors_of(error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield all that can be read of an error: words, chain, traceback, and IPython's with every variable."""
    yield "traceback", "".join(traceback.format_exception(error))
    yield "verbose", _verbose(error)
    link: BaseException | None = error
    while link is not None:
        yield f"{type(link).__name__} in the chain", f"{link} {link!r} {link.args!r}"
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _verbose(error: BaseException) -> str:
    from IPython.core.ultratb import VerboseTB

    shown = VerboseTB(theme_name="nocolor", include_vars=True, tb_offset=0)
    return shown.text(type(error), error, error.__traceback__)


def seen_of(model: object) -> Iterator[tuple[str, str]]:
    """Yield what can be read of a model."""
    yield "repr", f"{model!r} {model}"
    yield "attributes", repr(vars(model))


def files_of(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file below some folders."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield re.sub(r"\d{4,}", "N", path.name), path.read_bytes()
