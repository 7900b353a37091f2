"""A raw socket that sends a recorded reply, in one piece, chunk by chunk, or a byte at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from tests.ollama.catalogue import body_of


def encode(exchange: dict) -> bytes:
    """Give the bytes of a recorded reply as they were on the wire."""
    response = exchange["response"]
    head = "\r\n".join([response["status_line"], *(f"{name}: {value}" for name, value in response["headers"])])
    wire = head.encode() + b"\r\n\r\n"
    if "chunks" not in response:
        return wire + response.get("body", "").encode()
    for chunk in response["chunks"]:
        data = chunk.encode()
        wire += b"%x\r\n%s\r\n" % (len(data), data)
    return wire if "ended" in response else wire + b"0\r\n\r\n"


def whole(wire: bytes) -> Iterator[bytes]:
    yield wire


def bytewise(wire: bytes) -> Iterator[bytes]:
    """Send every byte by itself."""
    return (wire[place : place + 1] for place in range(len(wire)))


class Replay:
    """Answers by path: each recorded exchange in turn, the last one again and again."""

    def __init__(self, exchanges: dict[str, list[dict]], split: Callable[[bytes], Iterator[bytes]] = whole) -> None:
        self._exchanges = {path: list(found) for path, found in exchanges.items()}
        self._split = split
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Replay:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, contextlib.suppress(OSError):
            path = self._read(connection)
            waiting = self._exchanges[path]
            exchange = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            for part in self._split(encode(exchange)):
                connection.sendall(part)

    @staticmethod
    def _read(connection: socket.socket) -> str:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        lengths = [int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")]
        while len(rest) < sum(lengths):
            rest += connection.recv(65536)
        return lines[0].split(" ")[1]


__all__ = ["Replay", "body_of", "bytewise", "encode", "whole"]
