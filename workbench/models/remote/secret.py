"""A key that shows itself to nobody who did not ask for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["HIDDEN", "Secret", "guarded", "hidden", "scrubbed", "shown"]

HIDDEN = "***"
_TELLING = 6
"""Characters of a key in a row that count as an echo of it: services quote its beginning or its end."""
_KEYS = re.compile(r"\bsk-[\w*.\-]+|\beyJ[\w\-]+\.[\w\-]+\.[\w\-]*|(?<=Bearer )\S+")
"""Keys of OpenAI, signed tokens (JWT), and whatever follows `Bearer`."""


class Secret:
    """Holds a key; its repr, text, pickle and attributes show nothing of it.

    Parameters
    ----------
    value
        The key.
    """

    __slots__ = ("_kept",)

    def __init__(self, value: str) -> None:
        kept = value.strip()
        # In a closure, since whatever lists attributes would show an attribute.
        self._kept: Callable[[], str] = lambda: kept

    def reveal(self) -> str:
        """Give the key, for the one call that needs it."""
        return self._kept()

    @classmethod
    def of(cls, given: str | Secret | None) -> Secret:
        """Give a secret for what an option holds, an empty one for None."""
        return given if isinstance(given, Secret) else cls(given or "")

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})" if self else "Secret()"

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, ("",)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


def guarded(value: Any) -> Any:
    """Give an address that holds a password or a query as a secret, anything else as it is."""
    return Secret(value) if isinstance(value, str) and "://" in value and ("@" in value or "?" in value) else value


def hidden(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give options with their keys as secrets: a traceback may show the variables of every function it went through."""
    return {name: _hidden(name, value) for name, value in options.items()}


def _hidden(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return hidden(value)
    return Secret(value) if name in ("api_key", "token") and isinstance(value, str) else guarded(value)


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give options with their keys to read, for the library that needs them."""
    return {name: _shown(value) for name, value in options.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return shown(value)
    return value.reveal() if isinstance(value, Secret) else value


def scrubbed(text: str, secret: Secret | None = None) -> str:
    """Give a server's message without the key, or a part of it, that it may echo.

    Parameters
    ----------
    text
        As the server sent it.
    secret
        The key that was sent, if one was.
    """
    text = _KEYS.sub(HIDDEN, text)
    key = secret.reveal() if secret else ""
    if not key:
        return text
    parts = {key[at : at + _TELLING] for at in range(max(1, len(key) - _TELLING + 1))}
    return re.sub(r"\S+", lambda word: HIDDEN if any(part in word[0] for part in parts) else word[0], text)
