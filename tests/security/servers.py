"""Servers on loopback that stand for the world outside: a proxy that is asked for it, and one that sends elsewhere."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.loopback import Loopback, Quiet

__all__ = ["Heard", "Proxy", "Redirecting", "Silent"]


@dataclass(frozen=True)
class Heard:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class _Server(Loopback):
    """A server that remembers what it heard; `reply` gives status, headers and body."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.heard: list[Heard] = []

    @property
    def texts(self) -> bytes:
        """All that came in bodies."""
        return b"".join(one.body for one in self.heard)

    def reply(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        raise NotImplementedError


class Silent(_Server):
    """Remembers, and answers 404 to all."""

    def reply(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        return 404, {}, b"{}"


@dataclass
class Redirecting(_Server):
    """Sends whoever asks to the same path of another server, body and all."""

    place: str
    status: int = 307

    def __post_init__(self) -> None:
        super().__init__()

    def reply(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        return self.status, {"Location": f"{self.place}{heard.target}"}, b""


@dataclass
class Proxy(_Server):
    """Stands for every host: hands each request on to one server of this machine."""

    upstream: str

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def hosts(self) -> set[str]:
        """Whose requests came by."""
        return {urlsplit(one.target).netloc or one.target for one in self.heard}

    def reply(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        if heard.method == "CONNECT":
            return 502, {}, b""
        parts, there = urlsplit(heard.target), urlsplit(self.upstream)
        connection = http.client.HTTPConnection(there.hostname, there.port, timeout=20)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        kept = {name: value for name, value in heard.headers.items() if name.lower() not in ("host", "connection")}
        connection.request(heard.method, path, heard.body or None, kept)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, {"Content-Type": answer.headers.get("Content-Type", "")}, body


class _Handler(Quiet):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        heard = Heard(self.command, self.path, dict(self.headers.items()), body)
        self.server.double.heard.append(heard)
        status, headers, reply = self.server.double.reply(heard)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_CONNECT = answer  # noqa: N815 - as the base class calls them
