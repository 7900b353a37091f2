"""The connection that the `openai` package is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.seam import passing

if TYPE_CHECKING:
    import httpx
    import openai

    from workbench.models.remote.address import Address
    from workbench.models.wire import Wire

__all__ = ["http_client"]

_CONNECT = 10.0
"""Longest wait for a connection in seconds."""


def http_client(address: Address, timeout: float, wire: Wire | None = None) -> openai.DefaultHttpxClient:
    """Make a client that sends to this address and nowhere else: a redirect would carry texts past the consent.

    Parameters
    ----------
    address
        Of the service.
    timeout
        Longest silence in seconds.
    wire
        Learns the connection of a client that is used for one request.
    """
    import openai

    return openai.DefaultHttpxClient(
        timeout=openai.Timeout(timeout, connect=min(_CONNECT, timeout)),
        follow_redirects=False,
        trust_env=not address.local,  # a proxy cannot reach this machine's own server
        event_hooks={"request": [_passed] if wire is None else [_passed, _traced(wire)]},
    )


def _passed(request: httpx.Request) -> None:
    passing("reply", request.url.path)


def _traced(wire: Wire) -> Callable[[httpx.Request], None]:
    def trace(request: httpx.Request) -> None:
        request.extensions["trace"] = wire.trace

    return trace
