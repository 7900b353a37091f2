"""Routes about models: which there are, what they are, fetching, copying and deleting them."""

from __future__ import annotations

import calendar
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.ollama.catalogue import NAME, Model, full_name, model_like
from tests.ollama.checks import decode, find, now
from tests.ollama.gojson import go_json
from tests.ollama.wire import Reply, Request, Stream, error, line, reply

if TYPE_CHECKING:
    from tests.ollama.double import OllamaDouble

REGISTRY = "https://registry.ollama.ai/v2/library"
ABSENT = "model '{}' not found"
# A layer of this many bytes is there before the first line about it.
SMALL = 100_000
REQUIRED = error(400, "model is required")


def root(double: OllamaDouble, request: Request) -> Reply:
    return Reply(200, b"Ollama is running", "text/plain; charset=utf-8")


def version(double: OllamaDouble, request: Request) -> Reply:
    return reply({"version": double.version})


def newest_first(double: OllamaDouble) -> list[Model]:
    return sorted(double.models.values(), key=lambda model: model.modified, reverse=True)


def tags(double: OllamaDouble, request: Request) -> Reply:
    return reply({"models": [tag(double, model) for model in newest_first(double)]})


def tag(double: OllamaDouble, model: Model) -> dict:
    """One entry of the list; servers from 0.30 on add sizes and capabilities."""
    entry = {"name": model.name, "model": model.name}
    if model.remote_host:
        entry |= {"remote_model": model.remote_model, "remote_host": model.remote_host}
    entry |= {"modified_at": model.modified, "size": model.size, "digest": model.digest, "details": model.details}
    if double.newer:
        sizes = {"context_length": model.context, "embedding_length": model.dimensions}
        entry |= {"details": model.details | sizes, "capabilities": model.show["capabilities"]}
    return entry


def ps(double: OllamaDouble, request: Request) -> Reply:
    loaded = [model for model in reversed(newest_first(double)) if model.loaded and not 0 < model.expires < time.time()]
    loaded.sort(key=lambda model: model.expires, reverse=True)
    return reply(
        {
            "models": [
                {
                    "name": model.name,
                    "model": model.name,
                    "size": model.memory,
                    "digest": model.digest,
                    "details": model.details,
                    "expires_at": now(model.expires),
                    "size_vram": 0,
                    "context_length": model.num_ctx({}),
                }
                for model in loaded
            ]
        }
    )


def show(double: OllamaDouble, request: Request) -> Reply:
    body = decode(request, "ShowRequest")
    model = find(double, body.get("model") or body.get("name") or "", REQUIRED, ABSENT)
    shown = dict(model.show)
    if model.remote_host:
        shown |= {"remote_model": model.remote_model, "remote_host": model.remote_host}
    if not double.capabilities:
        shown.pop("capabilities", None)
    return reply(shown)


def copy(double: OllamaDouble, request: Request) -> Reply:
    body = decode(request, "CopyRequest")
    source = find(double, body.get("source", ""), REQUIRED, ABSENT)
    double.add(model_like(source, body["destination"], now(), new_digest=False))
    return Reply(200, kind="")


def delete(double: OllamaDouble, request: Request) -> Reply:
    body = decode(request, "DeleteRequest")
    model = find(double, body.get("model") or body.get("name") or "", REQUIRED, ABSENT)
    del double.models[model.name.lower()]
    return Reply(200, kind="")


def pull(double: OllamaDouble, request: Request) -> Reply | Stream:
    body = decode(request, "PullRequest")
    name = body.get("model") or body.get("name") or ""
    if not NAME.fullmatch(name):
        return error(400, "invalid model name")
    if body.get("stream", True):
        return Stream(map(line, pulling(double, name)))
    last = list(pulling(double, name))[-1]
    return Reply(500 if "error" in last else 200, go_json(last).encode(), "application/json")


def pulling(double: OllamaDouble, name: str) -> Iterator[dict]:
    """Yield the events of a download; what has come stays when the client goes."""
    yield {"status": "pulling manifest"}
    pattern = double.library.get(full_name(name).lower())
    base, _, label = full_name(name).partition(":") if "/" not in name else ("", "", "")
    if base and double.offline:
        lookup = "dial tcp: lookup registry.ollama.ai on 127.0.0.53:53: no such host"
        yield {"error": f'pull model manifest: Get "{REGISTRY}/{base}/manifests/{label}": {lookup}'}
        return
    if pattern is None:
        yield {"error": "pull model manifest: file does not exist"}
        return
    for digest, total in pattern.layers:
        yield from fetching(double, digest, total)
    yield {"status": "verifying sha256 digest"}
    yield {"status": "writing manifest"}
    double.add(replace(pattern, modified=now()))
    yield {"status": "success"}


def fetching(double: OllamaDouble, digest: str, total: int) -> Iterator[dict]:
    event = {"status": f"pulling {digest[7:19]}", "digest": digest, "total": total}
    step = max(1, total // double.pull_steps)
    if total < SMALL:
        double.fetched[digest] = total
    while True:
        done = double.fetched.get(digest, 0)
        yield event | ({"completed": done} if done else {})
        if done >= total:
            return
        time.sleep(double.pull_delay)
        double.fetched[digest] = min(total, done + step)


def v1_models(double: OllamaDouble, request: Request) -> Reply:
    data = [
        {
            "id": model.name,
            "object": "model",
            "created": calendar.timegm(time.strptime(model.modified[:19], "%Y-%m-%dT%H:%M:%S")),
            "owned_by": "library",
        }
        for model in newest_first(double)
    ]
    return Reply(200, go_json({"object": "list", "data": data}).encode() + b"\n", "application/json")
