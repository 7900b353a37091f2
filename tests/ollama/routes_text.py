"""Routes that write text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.ollama import engine
from tests.ollama.checks import Refusal, check_options, decode, find, now
from tests.ollama.gojson import go_json
from tests.ollama.routes_embed import TOO_LONG, openai_error, openai_refusal, openai_reply
from tests.ollama.wire import Reply, Request, Stream, error, line, reply

if TYPE_CHECKING:
    from tests.ollama.catalogue import Model
    from tests.ollama.double import OllamaDouble

ABSENT = "model '{}' not found"
LEVELS = 'must be "high", "medium", "low", "max", true, or false'


class Writing:
    """One answer in the making: the tokens to send, and what is counted along the way."""

    def __init__(self, double: OllamaDouble, model: Model, prompt: str, body: dict) -> None:
        self.started = time.monotonic_ns()
        self.double, self.script, self.model = double, double.next_script(), model
        options = check_options(body.get("options"))
        limit = model.num_ctx(options)
        self.prompt_tokens = engine.count(prompt)
        self.too_long = self.prompt_tokens > limit and body.get("truncate") is False
        self.prompt_tokens = min(self.prompt_tokens, limit)
        asked = options.get("num_predict", model.parameter("num_predict"))
        self.pieces, self.reason = self.script.tokens(prompt, -1 if asked is None else asked, options.get("stop") or [])
        self.thinks = bool(body.get("think", True)) and "thinking" in model.show["capabilities"]

    def tokens(self) -> Iterator[tuple[str, str]]:
        """Yield (`thinking` or `content`, text), at the script's pace."""
        for text in self.script.thinking if self.thinks else ():
            time.sleep(self.script.delay)
            yield "thinking", text
        for text in self.pieces:
            time.sleep(self.script.delay)
            yield "content", text

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def eval_count(self) -> int:
        """Pieces sent, and the token that ended the answer where the model stopped by itself."""
        return len(self.pieces) + (self.reason == "stop")

    def counters(self) -> dict:
        total = time.monotonic_ns() - self.started
        values = {
            "total_duration": total,
            "load_duration": 1_000_000,
            "prompt_eval_count": self.prompt_tokens,
            "prompt_eval_duration": 1_000_000,
            "eval_count": self.eval_count,
            "eval_duration": total if self.text else 0,
        }
        return {key: value for key, value in values.items() if value}


def check_think(model: Model, name: str, think: object) -> None:
    if isinstance(think, str) and think not in ("high", "medium", "low", "max"):
        raise Refusal(error(400, f'invalid think value: "{think}" ({LEVELS})'))
    if think and "thinking" not in model.show["capabilities"]:
        raise Refusal(error(400, f'"{name}" does not support thinking'))


def check_format(value: object) -> None:
    if value not in (None, "", "json") and not isinstance(value, dict):
        text = f'invalid format: {go_json(go_json(value))}; expected "json" or a valid JSON Schema object'
        raise Refusal(Reply(500, go_json({"error": text}).encode(), "application/json", flushed=True))


def prepare(double: OllamaDouble, body: dict, blank: Reply, verb: str) -> Model:
    model = find(double, body.get("model") or "", blank, ABSENT)
    if model.embeds:
        raise Refusal(error(400, f'"{body["model"]}" does not support {verb}'))
    check_think(model, body["model"], body.get("think"))
    check_options(body.get("options"))
    model.used(body.get("keep_alive"))
    return model


def begin(double: OllamaDouble, model: Model, prompt: str, body: dict) -> Writing:
    check_format(body.get("format"))
    writing = Writing(double, model, prompt, body)
    if writing.too_long:
        raise Refusal(Reply(400, go_json({"error": TOO_LONG}).encode(), "application/json", flushed=True))
    return writing


def event(name: str, **rest: object) -> dict:
    return {"model": name, "created_at": now(), **rest}


def idle_reason(body: dict) -> str:
    return "unload" if body.get("keep_alive") == 0 else "load"


def generate(double: OllamaDouble, request: Request) -> Reply | Stream:
    body = decode(request, "GenerateRequest")
    model = prepare(double, body, error(404, "model '' not found"), "generate")
    name, prompt = body["model"], body.get("prompt") or ""
    if not prompt:
        return reply(event(name, response="", done=True, done_reason=idle_reason(body)))
    writing = begin(double, model, prompt, body)

    def last(text: str) -> dict:
        ids = list(engine.numbers(writing.prompt_tokens + writing.eval_count))
        context = {} if body.get("raw") else {"context": ids}
        return event(name, response=text, done=True, done_reason=writing.reason, **context, **writing.counters())

    def events() -> Iterator[bytes]:
        for kind, text in writing.tokens():
            said = {"response": text} if kind == "content" else {"response": "", "thinking": text}
            yield line(event(name, **said, done=False))
        yield line(last(""))

    return Stream(events()) if body.get("stream", True) else reply(last(writing.text))


def chat(double: OllamaDouble, request: Request) -> Reply | Stream:
    body = decode(request, "ChatRequest")
    model = prepare(double, body, error(400, "model is required"), "chat")
    name, messages = body["model"], body.get("messages") or []
    if not messages:
        return reply(event(name, message=said(""), done=True, done_reason=idle_reason(body)))
    writing = begin(double, model, engine.render(messages), body)

    def last(text: str) -> dict:
        return event(name, message=said(text), done=True, done_reason=writing.reason, **writing.counters())

    def events() -> Iterator[bytes]:
        for kind, text in writing.tokens():
            message = said(text) if kind == "content" else said("") | {"thinking": text}
            yield line(event(name, message=message, done=False))
        yield line(last(""))

    return Stream(events()) if body.get("stream", True) else reply(last(writing.text))


def said(text: str) -> dict:
    return {"role": "assistant", "content": text}


def v1_chat(double: OllamaDouble, request: Request) -> Reply | Stream:
    body = decode(request, "ChatCompletionRequest")
    messages = body.get("messages") or []
    if not messages:
        return openai_error(400, "[] is too short - 'messages'")
    body["options"] = {"num_predict": body.get("max_tokens", -1), "stop": body.get("stop") or []}
    try:
        model = prepare(double, body, error(400, "model is required"), "chat")
        writing = begin(double, model, engine.render(messages), body)
    except Refusal as refusal:
        return openai_refusal(refusal)
    head = {"id": "chatcmpl-810", "object": "chat.completion", "created": int(time.time()), "model": body["model"]}
    head["system_fingerprint"] = "fp_ollama"
    if body.get("stream"):
        usage = (body.get("stream_options") or {}).get("include_usage")
        return Stream(
            v1_events(writing, head | {"object": "chat.completion.chunk"}, usage=bool(usage)), "text/event-stream"
        )
    choice = {"index": 0, "message": said(writing.text), "finish_reason": writing.reason}
    return openai_reply(head | {"choices": [choice], "usage": v1_usage(writing)})


def v1_usage(writing: Writing) -> dict:
    prompt, answer = writing.prompt_tokens, writing.eval_count
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


def v1_events(writing: Writing, head: dict, *, usage: bool) -> Iterator[bytes]:
    """Yield server-sent events; the last three go out at once, as from 0.24."""

    def data(value: dict) -> bytes:
        return b"data: " + go_json(head | value).encode() + b"\n\n"

    def choice(text: str, reason: str | None) -> dict:
        return {"choices": [{"index": 0, "delta": said(text), "finish_reason": reason}]}

    for kind, text in writing.tokens():
        if kind == "content":
            yield data(choice(text, None))
    end = data(choice("", writing.reason))
    if usage:
        end += data({"choices": [], "usage": v1_usage(writing)})
    yield end + b"data: [DONE]\n\n"
