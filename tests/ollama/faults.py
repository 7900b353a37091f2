"""What can be made to go wrong, route by route."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from tests.ollama.gojson import go_json
from tests.ollama.wire import Reply, Request, error

BUSY = "server busy, please try again.  maximum pending requests exceeded"
CRASH = 'do embedding request: Post "http://127.0.0.1:41233/embedding": EOF'
MID_STREAM = "an error was encountered while running the model: unexpected EOF"
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"

KINDS = {
    "busy": "503, queue full",
    "unauthorised": "401, as of a cloud model without a sign-in",
    "too-many": "429, with `retry_after` as its header where that is not empty",
    "crash": "400, the model's process ended",
    "status": "`status` with the JSON error `text`",
    "no-route": "404 page not found, as servers without the route say",
    "html": "502 with a page of HTML, from a proxy",
    "hang": "nothing, not even headers, for `seconds`",
    "drip": "a byte every `seconds`",
    "short": "one vector fewer than texts",
    "dimension": "vectors one number shorter",
    "null": "a NaN, which JSON writes as null",
    "zero": "a vector of zeros",
    "not-json": "200 with a cut JSON",
    "die": "the connection closes inside event number `after`",
    "no-done": "the stream ends properly before event number `after`",
    "error-line": "an error line with `text` instead of event number `after`",
}


@dataclass
class Fault:
    kind: str
    after: int = 3
    seconds: float = 30.0
    status: int = 500
    text: str = MID_STREAM
    times: int | None = None
    retry_after: str = "7"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no fault; there are {', '.join(KINDS)}")

    def replaces(self, request: Request) -> Reply | None:
        """Give the reply that takes the place of the route's own."""
        match self.kind:
            case "busy":
                return error(503, BUSY)
            case "unauthorised":
                return error(401, "unauthorized")
            case "too-many":
                found = error(429, "too many requests")
                return replace(found, headers={"Retry-After": self.retry_after} if self.retry_after else {})
            case "crash":
                return error(400, CRASH)
            case "status":
                return error(self.status, self.text)
            case "no-route":
                return Reply(404, b"404 page not found", "text/plain")
            case "html":
                return Reply(502, PAGE, "text/html")
            case "not-json":
                return Reply(200, b'{"model":"all-minilm","embeddings":[[0.1,')
        return None

    def breaks(self, number: int) -> bool:
        """Whether a stream goes wrong at this event, counted from 0."""
        return self.kind in ("die", "no-done", "error-line") and number == self.after

    def spoils(self, found: Reply) -> Reply:
        """Give a reply of /api/embed that is wrong in the way asked for."""
        if self.kind not in ("short", "dimension", "null", "zero") or found.status != 200:
            return found
        value = json.loads(found.body)
        rows = value["embeddings"]
        if self.kind == "short":
            rows.pop()
        elif self.kind == "dimension":
            value["embeddings"] = [row[:-1] for row in rows]
        elif self.kind == "null":
            rows[-1][0] = None
        else:
            rows[-1] = [0.0] * len(rows[-1])
        return Reply(200, go_json(value).encode())


__all__ = ["BUSY", "CRASH", "KINDS", "MID_STREAM", "Fault"]
