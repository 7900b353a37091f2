"""Addresses of servers: how they may be written, and whether text that is sent there leaves this machine."""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from workbench.errors import InputError

__all__ = ["crosses_network", "is_loopback", "resolve_host"]

DEFAULT_PORT = 11434


def resolve_host(host: str | None = None) -> str:
    """Give the base URL of the Ollama server.

    Parameters
    ----------
    host
        In any spelling that Ollama itself accepts: `http://host:port`, `host`, `host:port`, `:port`, an IPv6
        address in brackets; None means the environment variable `OLLAMA_HOST`, and nothing at all
        `http://127.0.0.1:11434`. The port is 11434, or 80 and 443 after `http://` and `https://`. An address
        that stands for every interface (`0.0.0.0`) is where a server listens; a client finds it on loopback.

    Raises
    ------
    InputError
        If it is no such address.
    """
    given = (host if host is not None else os.environ.get("OLLAMA_HOST", "")).strip().strip("'\"")
    scheme, mark, rest = given.partition("://")
    if not mark:
        scheme, rest = "http", given
    ports = {"http": 80 if mark else DEFAULT_PORT, "https": 443}
    try:
        parts = urlsplit(f"//{rest}")
        name, port = parts.hostname or "127.0.0.1", parts.port
    except ValueError as error:
        raise _bad_host(given, str(error)) from error
    if scheme.lower() not in ports:
        raise _bad_host(given, f"{scheme!r} is not http or https")
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name, name)  # noqa: S104 - read here, never listened on
    shown = f"[{name}]" if ":" in name else name
    return f"{scheme.lower()}://{shown}:{port or ports[scheme.lower()]}{parts.path.rstrip('/')}"


def _bad_host(given: str, why: str) -> InputError:
    if "@" in given:  # what stands before it may be a password
        given, why = given.rpartition("@")[2], "it is not an address"
    return InputError(f"OLLAMA_HOST is {given!r}: {why}. Give host, host:port or http://host:port, such as localhost.")


def is_loopback(url: str) -> bool:
    """Whether a base URL stays on this machine; an address that stands for every interface is found here, too."""
    name = (urlsplit(url).hostname or "").removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback or found.is_unspecified


def crosses_network(url: str) -> bool:
    """Whether text sent to a base URL leaves this machine unencrypted."""
    return not is_loopback(url) and urlsplit(url).scheme == "http"
