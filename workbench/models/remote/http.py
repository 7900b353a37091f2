"""The connection that the `openai` package is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openai

    from workbench.models.remote.address import Address

__all__ = ["http_client"]

_CONNECT = 10.0
"""Longest wait for a connection in seconds."""


def http_client(address: Address, timeout: float) -> openai.DefaultHttpxClient:
    """Make a client that sends to this address and nowhere else: a redirect would carry texts past the consent."""
    import openai

    return openai.DefaultHttpxClient(
        timeout=openai.Timeout(timeout, connect=min(_CONNECT, timeout)),
        follow_redirects=False,
        trust_env=not address.local,  # a proxy cannot reach this machine's own server
    )
