"""HTTP as Go's net/http frames it, and the ways in which a connection can go wrong."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import select
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import urlsplit

from tests.loopback import Quiet
from tests.ollama.gojson import go_json

JSON = "application/json; charset=utf-8"
# net/http keeps this much of a reply back to measure it; longer ones are chunked.
BUFFER = 2048


@dataclass(frozen=True)
class Reply:
    """One whole reply; `flushed` ones are chunked however short."""

    status: int = 200
    body: bytes = b""
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    flushed: bool = False


@dataclass(frozen=True)
class Stream:
    """A reply that goes out event by event."""

    events: Iterator[bytes]
    kind: str = "application/x-ndjson"


def reply(value: object, status: int = 200) -> Reply:
    return Reply(status, go_json(value).encode())


def error(status: int, text: str) -> Reply:
    return reply({"error": text}, status)


def line(value: object) -> bytes:
    return go_json(value).encode() + b"\n"


@dataclass(frozen=True)
class Request:
    """What a client sent; `body` is the decoded JSON, None where there was none or it was broken."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict | None
    raw: bytes


class Handler(Quiet):
    """Hands each request to the double and writes what comes back."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        body = None
        with contextlib.suppress(ValueError):
            decoded = json.loads(raw)
            body = decoded if isinstance(decoded, dict) else None
        request = Request(self.command, urlsplit(self.path).path, dict(self.headers.items()), body, raw)
        double = self.server.double
        with double.lock:
            double.requests.append(request)
        if not (allowed_host(self.headers.get("Host", "")) and allowed_origin(self.headers.get("Origin"))):
            return self.send(Reply(403, kind=""))
        fault = double.next_fault(request.path)
        if fault and fault.kind == "hang":
            return self.hang(fault.seconds)
        found = (fault and fault.replaces(request)) or double.route(request)
        if isinstance(found, Stream):
            return self.stream(found, fault)
        return self.send(fault.spoils(found) if fault else found, fault)

    do_GET = do_HEAD = do_POST = do_DELETE = do_PUT = do_PATCH = do_OPTIONS = answer  # noqa: N815

    def start(self, status: int, kind: str, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Date", formatdate(usegmt=True))

    def finish_headers(self) -> None:
        if (self.headers.get("Connection") or "").lower() == "close":
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def send(self, found: Reply, fault: object = None) -> None:
        self.start(found.status, found.kind, found.headers)
        if found.flushed or len(found.body) > BUFFER:
            self.send_header("Transfer-Encoding", "chunked")
            self.finish_headers()
            self.chunk(found.body)
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(found.body)))
        self.finish_headers()
        if self.command == "HEAD":
            return
        if fault and fault.kind == "drip":
            self.drip(found.body, fault.seconds)
        else:
            self.wfile.write(found.body)

    def stream(self, found: Stream, fault: object) -> None:
        self.start(200, found.kind, {})
        self.send_header("Transfer-Encoding", "chunked")
        self.finish_headers()
        try:
            for number, event in enumerate(found.events):
                if fault and fault.breaks(number):
                    if fault.kind == "die":
                        return self.die(event)
                    if fault.kind == "error-line":
                        self.chunk(line({"error": fault.text}))
                    break
                if fault and fault.kind == "drip":
                    self.drip(b"%x\r\n%s\r\n" % (len(event), event), fault.seconds)
                else:
                    self.chunk(event)
                if self.hung_up():
                    raise BrokenPipeError
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.server.double.note_hang_up(self.path)
            self.close_connection = True

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def drip(self, data: bytes, pause: float) -> None:
        for place in range(len(data)):
            self.wfile.write(data[place : place + 1])
            time.sleep(pause)

    def die(self, event: bytes) -> None:
        """Close in the middle of a chunk, as a killed server does."""
        self.wfile.write(b"%x\r\n%s" % (len(event), event[: len(event) // 2]))
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def hang(self, seconds: float) -> None:
        """Say nothing until the client goes, the double is closed, or the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.server.double.closing.is_set():
            if self.hung_up(0.02):
                self.server.double.note_hang_up(self.path)
                break
        self.close_connection = True

    def hung_up(self, wait: float = 0.0) -> bool:
        readable, _, _ = select.select([self.connection], [], [], wait)
        if not readable:
            return False
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True


def allowed_host(header: str) -> bool:
    """Ollama's guard against DNS rebinding, when it listens on loopback."""
    name = urlsplit(f"//{header}").hostname or ""
    if name in ("", "localhost", socket.gethostname()) or name.endswith((".localhost", ".local", ".internal")):
        return True
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(name)
        return address.is_loopback or address.is_private or address.is_unspecified
    return False


def allowed_origin(origin: str | None) -> bool:
    if origin is None:
        return True
    parts = urlsplit(origin)
    if parts.scheme in ("app", "file", "tauri", "vscode-webview", "vscode-file"):
        return True
    return parts.hostname in ("localhost", "127.0.0.1", "0.0.0.0")
