"""What a page asks of the network: everything is counted, and what goes elsewhere than allowed is stopped."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

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


class Beacon:
    """A server on the loopback interface that answers nothing and counts who called."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        calls = self.calls

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                calls.append(self.path)
                self.send_error(404)

            do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/beacon"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
