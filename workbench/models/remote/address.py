"""Addresses of services: which host they name, and whether that is this machine."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.errors import InputError
from workbench.models.ollama.hosts import is_loopback
from workbench.models.remote.secret import Secret

__all__ = ["Address", "address"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service is.

    Attributes
    ----------
    url
        Without a slash at its end.
    host
        Name and port, as a person reads it.
    local
        Whether it is this machine.
    secure
        Whether what is sent there cannot be read on the way.
    """

    url: str
    host: str
    local: bool
    secure: bool


def address(given: str | Secret, option: str, example: str) -> Address:
    """Read an address.

    Parameters
    ----------
    given
        `http://...` or `https://...`.
    option, example
        For the message: the option it was given as, and one that would do.

    Raises
    ------
    InputError
        It is no such address, or holds a password or a query.
    """
    found = _read(Secret.of(given).reveal().strip().rstrip("/"))
    if found is None:
        # What was given is not repeated: it may hold a password.
        raise InputError(
            f"{option} is not an address of the form http://host or https://host without a user, password or query. "
            f"Give one such as {example}."
        )
    return found


def _read(url: str) -> Address | None:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    if not named or parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.query or parts.fragment:
        return None
    local = is_loopback(url)
    return Address(url, parts.netloc.lower(), local, local or parts.scheme == "https")
