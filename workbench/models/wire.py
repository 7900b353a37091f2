"""A connection that can be cut from another thread, which is how a server is told to stop working."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any

__all__ = ["Wire"]


class Wire:
    """The socket of one request, known from the moment it is connected, so that another thread can shut it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: Any = None
        self._cut = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take the socket from httpcore's `trace` extension."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                if self._cut:
                    self._shut()

    def cut(self) -> None:
        """Shut the connection now, or as soon as there is one; harmless when it has ended."""
        with self._lock:
            self._cut = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it was closed already
                self._socket.shutdown(socket.SHUT_RDWR)
