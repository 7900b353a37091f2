"""A hub on loopback: it lists the files of one folder, gives them from any byte on, and can break off."""

from __future__ import annotations

import hashlib
import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.loopback import Loopback, Quiet

COMMIT = "fedcba9876543210fedcba9876543210fedcba98"
LARGE = (".safetensors", ".bin", ".onnx", ".h5")


class _Handler(Quiet):
    def answer(self) -> None:
        self.server.double.answer(self)

    do_GET = do_HEAD = answer  # noqa: N815 - as the base class calls them


class HubDouble(Loopback):
    """Serves `org/small`, whose branches `main` and `refs/pr/16` are both at `COMMIT`.

    Attributes
    ----------
    asked
        Method, path and Range header of each request.
    break_after
        Bytes after which a large file breaks off; None for never.
    spoiled
        Whether large files come with their first byte changed.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(_Handler)
        self.folder = folder
        self.asked: list[tuple[str, str, str]] = []
        self.break_after: int | None = None
        self.spoiled = False
        self.status = 200

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = unquote(urlsplit(request.path).path)
        self.asked.append((request.command, path, request.headers.get("range", "")))
        if self.status != 200:
            self._send(request, self.status, b"{}", {"retry-after": "7"})
        elif path in {f"/api/models/org/small/revision/{name}" for name in ("main", "refs/pr/16", COMMIT)}:
            self._send(request, 200, json.dumps({"sha": COMMIT, "siblings": self.siblings()}).encode(), {})
        elif path.startswith("/api/models/org/small/"):
            self._send(request, 404, b"{}", {"x-error-code": "RevisionNotFound"})
        elif path.startswith(f"/org/small/resolve/{COMMIT}/"):
            self._give(request, self.folder / path.removeprefix(f"/org/small/resolve/{COMMIT}/"))
        else:
            self._send(request, 401, b"{}", {"x-error-code": "RepoNotFound"})

    def siblings(self) -> list[dict[str, object]]:
        rows = []
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            row: dict[str, object] = {"rfilename": path.relative_to(self.folder).as_posix(), "size": len(content)}
            row["blobId"] = blob
            if path.name.endswith(LARGE):
                row["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            rows.append(row)
        return rows

    def _give(self, request: BaseHTTPRequestHandler, path: Path) -> None:
        content = path.read_bytes()
        large = path.name.endswith(LARGE)
        if large and self.spoiled:
            content = b"\xff" + content[1:]
        start = int((request.headers.get("range") or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        end = len(content) if not large or self.break_after is None else min(len(content), start + self.break_after)
        headers = {"content-length": str(len(content) - start)}
        self._send(request, 206 if start else 200, content[start:end], headers)

    def _send(self, request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
        request.send_response(status)
        for name, value in ({"content-length": str(len(body))} | headers).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)
        request.close_connection = True
