"""Routes that give vectors."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

import numpy as np

from tests.ollama import engine
from tests.ollama.checks import Refusal, check_options, decode, find
from tests.ollama.gojson import go_json
from tests.ollama.wire import Reply, Request, error, reply

if TYPE_CHECKING:
    from tests.ollama.catalogue import Model
    from tests.ollama.double import OllamaDouble

ABSENT = 'model "{}" not found, try pulling it first'
TOO_LONG = "the input length exceeds the context length"


def vectors(double: OllamaDouble, model: Model, texts: list[str]) -> np.ndarray:
    """Unit vectors of the model's own length; another length than the engine's is cut or filled with zeros."""
    seen = [engine.without_accented_words(text) for text in texts] if double.drops_accents else texts
    found = double.embed(seen).astype(np.float32)
    missing = model.dimensions - found.shape[1]
    return engine.unit(np.pad(found, ((0, 0), (0, max(0, missing)))), model.dimensions)


def count(double: OllamaDouble, text: str) -> int:
    return engine.count(engine.without_accented_words(text) if double.drops_accents else text)


def fit(double: OllamaDouble, text: str, limit: int, *, truncate: bool) -> tuple[str, int]:
    """Give the text that is embedded and its tokens, or refuse; 0.24 fails to cut anything but one repeated word."""
    tokens = count(double, text)
    if tokens <= limit:
        return text, tokens
    words = text.split()
    if not truncate or (len(set(words)) > 1 and not double.newer):
        raise Refusal(error(400, TOO_LONG))
    spans = engine.wordpiece().encode(text).offsets
    return text[: spans[limit - 2][1]], limit


def embed(double: OllamaDouble, request: Request) -> Reply:
    started = time.monotonic_ns()
    body = decode(request, "EmbedRequest")
    blank = error(404, "model '' not found")
    model_name, given = body.get("model") or "", body.get("input")
    if model_name:
        check_input(double, model_name, given)
    model = find(double, model_name, blank, ABSENT)
    options = check_options(body.get("options"))
    texts = [given] if isinstance(given, str) and given else given or []
    model.used(body.get("keep_alive"))
    if not texts:
        return reply({"model": model_name, "embeddings": []})
    limit = model.num_ctx(options)
    kept = [fit(double, text, limit, truncate=body.get("truncate", True)) for text in texts]
    double.work(len(texts))
    rows = engine.unit(vectors(double, model, [text for text, _ in kept]), body.get("dimensions") or 0)
    return reply(
        {
            "model": model_name,
            "embeddings": rows,
            "total_duration": time.monotonic_ns() - started,
            "load_duration": 1_000_000,
            "prompt_eval_count": sum(tokens for _, tokens in kept),
        }
    )


def check_input(double: OllamaDouble, name: str, given: object) -> None:
    """Refuse an input that is neither text nor texts, which the server does before it looks for the model."""
    texts = given if isinstance(given, list) else [given]
    if given is not None and not all(isinstance(text, str) for text in texts):
        raise Refusal(error(400, "invalid input type"))


def embeddings(double: OllamaDouble, request: Request) -> Reply:
    body = decode(request, "EmbeddingRequest")
    model = find(double, body.get("model") or "", error(400, "model is required"), ABSENT)
    options = check_options(body.get("options"))
    model.used(body.get("keep_alive"))
    text = body.get("prompt") or ""
    if not text:
        return reply({"embedding": []})
    if count(double, text) > model.num_ctx(options):
        return error(500, TOO_LONG)
    double.work(1)
    row = vectors(double, model, [text])[0].astype(np.float64) * double.old_route_norm
    return reply({"embedding": row})


def v1_embeddings(double: OllamaDouble, request: Request) -> Reply:
    body = decode(request, "EmbedRequest")
    given = body.get("input")
    if not given and given != "":
        return openai_error(400, "invalid input")
    coding = body.get("encoding_format") or "float"
    if coding not in ("float", "base64"):
        allowed = "Supported values: ['float', 'base64']."
        return openai_error(400, f"Invalid value for 'encoding_format' = {coding}. {allowed}")
    texts = [given] if isinstance(given, str) else given
    try:
        model = find(double, body.get("model") or "", error(404, "model '' not found"), ABSENT)
        kept = [fit(double, text, model.num_ctx({}), truncate=True) for text in texts]
    except Refusal as refusal:
        return openai_refusal(refusal)
    model.used()
    rows = engine.unit(vectors(double, model, [text for text, _ in kept]), body.get("dimensions") or 0)
    data = [
        {
            "object": "embedding",
            "embedding": row if coding == "float" else base64.b64encode(row.astype("<f4").tobytes()).decode(),
            "index": place,
        }
        for place, row in enumerate(rows)
    ]
    tokens = sum(tokens for _, tokens in kept)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return openai_reply({"object": "list", "data": data, "model": body["model"], "usage": usage})


def openai_reply(value: object, status: int = 200) -> Reply:
    return Reply(status, go_json(value).encode() + b"\n", "application/json")


def openai_error(status: int, text: str) -> Reply:
    kind = {400: "invalid_request_error", 404: "not_found_error"}.get(status, "api_error")
    return openai_reply({"error": {"message": text, "type": kind, "param": None, "code": None}}, status)


def openai_refusal(refusal: Refusal) -> Reply:
    import json

    return openai_error(refusal.reply.status, json.loads(refusal.reply.body)["error"])
