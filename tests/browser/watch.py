"""What a page asks of the network: everything is counted, and what goes elsewhere than allowed is stopped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.loopback import Loopback, Quiet

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

__all__ = ["Beacon", "Watch"]

INSIDE = ("data:", "blob:", "about:")
"""Addresses whose content is in the page already."""


class Watch:
    """Counts the requests of all pages, frames and workers of a browser context, WebSockets included.

    Parameters
    ----------
    context
        Without pages as yet.
    *allowed
        Beginnings of addresses that may be asked.

    Attributes
    ----------
    own
        How many requests and WebSockets went where they may.
    strangers
        The addresses of all others; none was let through.
    """

    def __init__(self, context: BrowserContext, *allowed: str) -> None:
        self.allowed = allowed
        self.own = 0
        self.strangers: list[str] = []
        context.on("request", lambda request: self._count(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._count(socket.url)))
        elsewhere = re.compile(f"^(?!{'|'.join(map(re.escape, allowed))})(?:https?|wss?|ftp|file):")
        context.route(elsewhere, lambda route: route.abort())
        context.route_web_socket(elsewhere, lambda socket: socket.close())

    def _count(self, address: str) -> None:
        if address.startswith(self.allowed):
            self.own += 1
        elif not address.startswith(INSIDE):
            self.strangers.append(address)


class _Caught(Quiet):
    def answer(self) -> None:
        self.server.double.calls.append(self.path)
        self.send_error(404)

    do_GET = do_POST = do_HEAD = do_OPTIONS = answer  # noqa: N815 - as the base class calls them


class Beacon(Loopback):
    """Answers nothing and counts who called."""

    def __init__(self) -> None:
        super().__init__(_Caught)
        self.calls: list[str] = []

    @property
    def url(self) -> str:
        return f"{super().url}/beacon"
