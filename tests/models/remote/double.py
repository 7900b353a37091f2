"""A double of OpenAI's and Azure's embedding routes: real HTTP on a loopback port, which can also misbehave.

Vectors are those of `WordModel`, so that a test can work them out: 1536 numbers (3072 for -3-large), or as many as
are asked for.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.doubles import WordModel
from tests.loopback import Loopback, Quiet

KEY = "-".join(("sk", "test", "0123456789abcdefghij"))  # of the form of a real one, made up
MODELS = ("text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002", "words", "my-deployment")
CHAT = "gpt-talks"


@dataclass(frozen=True)
class Fault:
    """A reply in place of the right one, or what is done to the right one."""

    status: int = 200
    message: str = ""
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    kind: str = "application/json"
    spoil: Callable[[list[dict]], list[dict]] | None = None
    hang: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Asked:
    """What a client sent."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: dict


class RemoteDouble(Loopback):
    """A server to start, to ask, and to make fail.

    Attributes
    ----------
    asked
        Every request, in order.
    key
        What lets a request in; None for any.
    usage
        Whether replies count tokens.
    base64
        Whether the server knows that coding; if not, it gives lists whatever is asked for.
    backwards
        Whether vectors come in another order than the texts.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.asked: list[Asked] = []
        self.key: str | None = None
        self.usage = self.base64 = True
        self.backwards = False
        self.faults: deque[Fault] = deque()
        self.lock = threading.Lock()
        self.closing = threading.Event()

    @property
    def sizes(self) -> list[int]:
        """Texts of each request."""
        return [len(one.body["input"]) for one in self.asked]

    @property
    def texts(self) -> list[str]:
        """All texts that were sent, in order."""
        return [text for one in self.asked for text in one.body["input"]]

    def fail(self, fault: Fault, times: int = 1) -> None:
        """Answer the next requests so, then rightly again."""
        self.faults.extend([fault] * times)

    def __exit__(self, *exception: object) -> None:
        self.closing.set()
        super().__exit__(*exception)

    def route(self, asked: Asked) -> tuple[int, dict]:
        """Answer as the service does: the key first, then the path, then the model."""
        sent = asked.headers.get("api-key") or asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.key is not None and sent != self.key:
            return 401, _error(f"Incorrect API key provided: {sent}. Find yours in your account.", "invalid_api_key")
        if asked.path == "/v1/embeddings":
            return self.vectors(asked, asked.body["model"])
        head, tail = "/openai/deployments/", "/embeddings"
        if asked.path.startswith(head) and asked.path.endswith(tail) and asked.query.get("api-version"):
            return self.vectors(asked, asked.path.removeprefix(head).removesuffix(tail))
        return 404, {"detail": "Not Found"}

    def vectors(self, asked: Asked, name: str) -> tuple[int, dict]:
        if name == CHAT:
            return 403, _error("You are not allowed to generate embeddings from this model")
        if name not in MODELS:
            return 404, _error(f"The model `{name}` does not exist or you do not have access to it.", "model_not_found")
        texts = asked.body["input"]
        length = asked.body.get("dimensions", 3072 if name.endswith("3-large") else 1536)
        rows = WordModel(length).embed(texts, "document").astype("<f4")
        coded = self.base64 and asked.body.get("encoding_format") == "base64"
        data = [
            {"index": place, "embedding": base64.b64encode(row.tobytes()).decode() if coded else row.tolist()}
            for place, row in enumerate(rows)
        ]
        tokens = sum(len(text.split()) for text in texts)
        usage = {"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} if self.usage else {}
        return 200, {"object": "list", "model": name, "data": data[::-1] if self.backwards else data, **usage}


def _error(message: str, code: str | None = None) -> dict:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


class _Handler(Quiet):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        parts = urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(parts.path, parse_qs(parts.query), headers, body)
        double: RemoteDouble = self.server.double
        with double.lock:
            double.asked.append(asked)
            fault = double.faults.popleft() if double.faults else Fault()
        if fault.hang:
            double.closing.wait(20)
            self.close_connection = True
            return
        status, value = (
            double.route(asked) if fault.status == 200 else (fault.status, _error(fault.message, fault.code))
        )
        if fault.spoil is not None:
            value["data"] = fault.spoil(value["data"])
        self.send(status, json.dumps(value).encode() if fault.body is None else fault.body, fault)

    do_POST = answer  # noqa: N815 - as the base class calls it

    def send(self, status: int, body: bytes, fault: Fault) -> None:
        self.send_response_only(status)
        for name, value in fault.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", fault.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault.cut:
            self.close_connection = True
            body = body[: len(body) // 2]
        self.wfile.write(body)


__all__ = ["CHAT", "KEY", "Asked", "Fault", "RemoteDouble"]
