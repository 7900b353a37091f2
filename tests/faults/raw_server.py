"""A server that answers each path with the bytes it was given, and JSON that is almost what was expected."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.loopback import Loopback, Quiet

__all__ = ["RawServer", "altered", "json_values", "pieces"]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([float("nan"), float("inf"), -1e400, 1e308, 10**400, -0.0])
    | st.floats()
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
"""Any JSON, and what Python writes beside it: NaN, infinities, numbers without end."""


@st.composite
def altered(draw: Any, value: Any) -> Any:
    """Give JSON that is a valid reply but for one part, which is gone or anything else."""
    places = list(_places(value, ()))
    place = draw(st.sampled_from(places))
    other = draw(json_values | st.just(...))
    return _with(value, place, other)


def _places(value: Any, at: tuple[Any, ...]) -> Any:
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inside:
        yield from _places(part, (*at, name))


def _with(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    if not place:
        return None if other is ... else other
    first, rest = place[0], place[1:]
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    changed = [(name, _with(part, rest, other) if name == first else part) for name, part in pairs]
    kept = [(name, part) for name, part in changed if not (other is ... and name == first and not rest)]
    return dict(kept) if isinstance(value, dict) else [part for _, part in kept]


@st.composite
def pieces(draw: Any, lines: list[Any], before: bytes = b"", after: bytes = b"\n") -> list[bytes]:
    """Give a stream: lines, one of them altered or torn, cut into pieces anywhere."""
    how = draw(st.sampled_from(["whole", "altered", "torn", "deep"]))
    given = list(lines)
    at = draw(st.integers(0, len(given) - 1))
    if how == "altered":
        given[at] = draw(altered(given[at]))
    data = [before + json.dumps(line).encode() + after for line in given]
    if how == "torn":
        start = draw(st.integers(0, len(data[at])))
        data[at] = data[at][:start] + draw(st.binary(max_size=6)) + data[at][draw(st.integers(start, len(data[at]))) :]
    if how == "deep":
        data[at] = before + b'{"message":' + b"[" * draw(st.sampled_from([10, 5000])) + after
    whole = b"".join(data)[: draw(st.sampled_from([None, None, 7, 40]))]
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    return [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


class RawServer(Loopback):
    """Answers on a loopback port with what `replies` has for the path: status, type and pieces of bytes."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.replies: dict[str, tuple[int, str, list[bytes]]] = {}

    def says(self, path: str, value: Any, status: int = 200) -> None:
        """Answer a path with JSON."""
        self.replies[path] = (status, "application/json", [json.dumps(value).encode()])

    def streams(self, path: str, pieces: list[bytes], kind: str = "application/x-ndjson") -> None:
        """Answer a path with these bytes, piece by piece."""
        self.replies[path] = (200, kind, pieces)


class _Handler(Quiet):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        status, kind, given = self.server.double.replies.get(path, (404, "text/plain", [b"404 page not found"]))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in given:
            if piece:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = answer  # noqa: N815 - as the base class calls them
