"""Addresses of Chroma servers: what one looks like, and the way to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeGuard
from urllib.parse import urlsplit

from workbench.errors import InputError

__all__ = ["address_parts", "checked_address", "is_address", "no_proxy"]


def is_address(place: object) -> TypeGuard[str]:
    """Tell the address of a server from a folder."""
    return isinstance(place, str) and place.startswith(("http://", "https://"))


def checked_address(url: str) -> str:
    """Give the address of a Chroma server back.

    Raises
    ------
    InputError
        It is not of the form `http://host:port`.
    """
    address_parts(url)
    return url


def address_parts(url: str) -> tuple[str, int, bool]:
    """Give host, port and whether the connection is encrypted; raises as `checked_address` does."""
    if "@" in url or "?" in url or "#" in url:
        # What was given is not repeated: it may hold a password.
        raise InputError(
            "The address of a Chroma server holds no user, password or query. Give http://host:port, as "
            "http://localhost:8000 is."
        )
    try:
        address = urlsplit(url)
        host, port = address.hostname, address.port
    except ValueError:
        host = port = None
    if not host or address.scheme not in {"http", "https"}:
        raise InputError(f"The Chroma server {url!r} is not of the form http://host:port, as http://localhost:8000 is.")
    secure = address.scheme == "https"
    return host, port or (443 if secure else 8000), secure


@contextmanager
def no_proxy(host: str) -> Iterator[None]:
    """Keep requests to this machine off the environment's proxies, which Chroma's client reads when it is made."""
    before = {name: os.environ.get(name) for name in ("NO_PROXY", "no_proxy")}
    try:
        os.environ.update({name: ",".join(filter(None, (host, value))) for name, value in before.items()})
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
