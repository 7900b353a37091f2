"""A double of `/v1/chat/completions`: real HTTP on a loopback port, which streams and can also misbehave."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.loopback import Loopback, Quiet
from tests.ollama.engine import answer_from_passages

__all__ = ["ChatDouble", "Fault"]


@dataclass
class Fault:
    """What goes wrong: before the first byte (`status`, `body`), or after so many chunks (`after`)."""

    status: int = 0
    message: str = ""
    code: str | None = None
    kind: str = "application/json"
    after: int = -1
    how: str = "cut"
    """`cut` the connection, `end` it properly without a finish_reason, `error` line, `hang`, `not-json`."""


@dataclass
class ChatDouble(Loopback):
    """Writes the first sentences of the passages, word by word; `finish` is said at the end.

    Attributes
    ----------
    asked
        Bodies of the requests; `headers` those of the latest.
    hung_up
        Set when a client was gone before its answer was whole.
    refuse
        Fields that are refused with 400, as newer models of OpenAI do.
    """

    finish: str = "stop"
    usage: bool = True
    pause: float = 0.0
    text: str | None = None
    fault: Fault | None = None
    refuse: tuple[str, ...] = ()
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hung_up: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(_Handler)

    def close(self) -> None:
        self.closing.set()
        super().close()

    @property
    def url(self) -> str:
        return f"{super().url}/v1"


class _Handler(Quiet):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        double: ChatDouble = self.server.double
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        double.asked.append(body)
        double.headers = {name.lower(): value for name, value in self.headers.items()}
        for name in double.refuse:
            if name in body:
                self._whole(400, {"error": {"message": f"Unsupported parameter: '{name}'.", "code": "unsupported"}})
                return
        fault = double.fault
        if fault is not None and fault.status:
            error = {"error": {"message": fault.message, "code": fault.code, "type": "x", "param": None}}
            self._whole(fault.status, error if fault.kind == "application/json" else fault.message, fault.kind)
            return
        if body.get("stream"):
            self._stream(double, body)
        else:
            message = {"role": "assistant", "content": _written(double, body)}
            choice = {"index": 0, "message": message, "finish_reason": double.finish}
            self._whole(200, {**_SHELL, "object": "chat.completion", "choices": [choice]})

    do_POST = answer  # noqa: N815 - as the base class calls it

    def _whole(self, status: int, body: object, kind: str = "application/json") -> None:
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _stream(self, double: ChatDouble, body: dict[str, Any]) -> None:
        if double.fault is not None and double.fault.after == 0 and double.fault.how == "hang":
            self._hang(double)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        words = [f"{word} " for word in _written(double, body).split(" ")]
        words[-1] = words[-1][:-1]
        limit = body.get("max_tokens") or body.get("max_completion_tokens") or 10**6
        finish = "length" if limit < len(words) else double.finish
        for place, word in enumerate(words[:limit]):
            if double.fault is not None and place == double.fault.after:
                self._break(double)
                return
            self._event({"role": "assistant", "content": word}, None)
            if double.pause and double.closing.wait(double.pause):
                return
        if finish:
            self._event({}, finish)
        if double.usage and "stream_options" in body:
            counted = sum(len(message["content"].split()) for message in body["messages"])
            usage = {"prompt_tokens": counted, "completion_tokens": len(words), "total_tokens": counted + len(words)}
            self._send({**_SHELL, "choices": [], "usage": usage})
        self._raw(b"data: [DONE]\n\n")
        self._raw(b"")

    def _break(self, double: ChatDouble) -> None:
        how = double.fault.how
        if how == "cut":
            self.close_connection = True
        elif how == "end":
            self._raw(b"")
        elif how == "error":
            self._send({"error": {"message": "the engine failed", "type": "server_error", "code": None}})
            self._raw(b"")
        elif how == "not-json":
            self._raw(b"data: {not json\n\n")
            self._raw(b"")
        else:
            self._hang(double)

    def _hang(self, double: ChatDouble) -> None:
        self.connection.settimeout(0.05)
        while not double.closing.is_set():
            try:
                if not self.connection.recv(1):
                    double.hung_up.set()
                    break
            except TimeoutError:
                continue
            except OSError:
                double.hung_up.set()
                break
        self.close_connection = True

    def _event(self, delta: dict[str, Any], finish: str | None) -> None:
        self._send({**_SHELL, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def _send(self, value: dict[str, Any]) -> None:
        self._raw(f"data: {json.dumps(value)}\n\n".encode())

    def _raw(self, data: bytes) -> None:
        try:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
        except ConnectionError:
            self.server.double.hung_up.set()
            raise


def _written(double: ChatDouble, body: dict[str, Any]) -> str:
    return double.text if double.text is not None else answer_from_passages(body["messages"][-1]["content"])


_SHELL = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
