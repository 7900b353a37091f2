"""The lines that embed the question as the workbench did, one function for each kind of model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.export.literals import Part, call, comment, is_plain

__all__ = ["question_part"]

_SENTENCES = "from sentence_transformers import SentenceTransformer"
_FLOAT32 = "The workbench ran an int8 copy of this model: the vector below differs from its own by about a hundredth."


def question_part(model: Any) -> Part:
    """Give the lines that set `vector`, float32 numbers, from `QUESTION`.

    Parameters
    ----------
    model
        An embedding model of the workbench.
    """
    ways: dict[str, Callable[[Any], Part]] = {
        "azure": _azure,
        "bundled": _bundled,
        "huggingface": _huggingface,
        "ollama": _ollama,
        "openai": _openai,
    }
    return ways.get(str(model.id).partition(":")[0], _object)(model)


def _asked(prefix: str) -> str:
    return f"{prefix!r} + QUESTION" if prefix else "QUESTION"


def _prefixed(prefix: str) -> list[str]:
    said = "The prefix is what the model was trained to see before a question; libraries put none, or another."
    return comment(said) if prefix else []


def _bundled(model: Any) -> Part:
    from workbench.models.bundled_files import bundled_folder

    said = "The question's vector. The folder holds the files of sentence-transformers/all-MiniLM-L6-v2."
    return _sentence_transformer(model, call("SentenceTransformer", str(bundled_folder())), said, normalise=True)


def _huggingface(model: Any) -> Part:
    from pathlib import Path

    options = model.options
    given = {name: getattr(options, name) for name in ("device", "cache_folder", "truncate_dim")}
    named: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if not Path(model.name).expanduser().is_dir():
        named["revision"] = model.place.revision
    if options.backend in ("onnx", "openvino") and options.file_name is not None:
        kept = options.named().get("model_kwargs", {})
        named |= {"backend": options.backend, "model_kwargs": {**kept, "file_name": options.file_name}}  # type: ignore[dict-item]
    if options.trust_remote_code:
        named["trust_remote_code"] = True
    left_out = "" if options.plain or "backend" in named else " Options that the model was given beside are left out."
    made = (
        call("SentenceTransformer", model.name, **named) if is_plain(named) else call("SentenceTransformer", model.name)
    )
    return _sentence_transformer(model, made, f"The question's vector.{left_out}", normalise=options.normalize)


def _sentence_transformer(model: Any, made: str, said: str, *, normalise: bool) -> Part:
    prefix = model.query_prefix
    # An empty prompt is given too: without one, a model's folder may name another.
    lines = [
        *comment(said),
        *(comment(_FLOAT32) if model.variant == "int8" else []),
        f"model = {made}",
        f"model.max_seq_length = {model.max_tokens!r}  # tokens; what is longer is cut at the end without a word",
        *_prefixed(prefix),
        f"vector = model.encode(QUESTION, prompt={prefix!r}, normalize_embeddings={normalise!r})",
    ]
    return Part((_SENTENCES,), tuple(lines))


def _ollama(model: Any) -> Part:
    body = {name: value for name, value in model.request([""]).body.items() if name not in ("input", "model")}
    rest = "".join(f", {name}={value!r}" for name, value in body.items() if is_plain(value))
    lines = [
        *comment("The question's vector. With truncate=False a text too long is an error; else it is cut in silence."),
        *_prefixed(model.query_prefix),
        *_client(model),
        f"reply = {_server(model)}.embed(model={model.name!r}, input={_asked(model.query_prefix)}{rest})",
        "vector = reply.embeddings[0]",
    ]
    return Part(("import ollama",), tuple(lines))


def _own_host(model: Any) -> str:
    """Give the address that the model was told, empty where it is that of OLLAMA_HOST, or holds a password."""
    from workbench.models.ollama.hosts import resolve_host

    told = model.request([""]).host
    return "" if told == resolve_host(None) or "@" in told else told


def _client(model: Any) -> list[str]:
    host = _own_host(model)
    return [f"server = {call('ollama.Client', host=host)}"] if host else []


def _server(model: Any) -> str:
    return "server" if _own_host(model) else "ollama"


def _openai(model: Any) -> Part:
    shown = {} if model.fingerprint()["host"] == "" else {"base_url": model.address.url}
    if "base_url" in shown and model.address.local:
        shown["api_key"] = "none"
    return _service(model, "OpenAI", call("OpenAI", **shown))


def _azure(model: Any) -> Part:
    return _service(
        model, "AzureOpenAI", call("AzureOpenAI", azure_endpoint=model.address.url, azure_deployment=model.name,
                                   api_version=model.api_version)
    )  # fmt: skip


def _service(model: Any, kind: str, made: str) -> Part:
    named = "".join(f", {name}={value!r}" for name, value in model.request_options.items())
    where = f"This sends the question to {model.destination!r}; the key is read from the environment. " * bool(
        model.destination
    )
    lines = [
        *comment(f"The question's vector. {where}The service gives back an error for a text that is too long."),
        *_prefixed(model.query_prefix),
        f"reply = {made}.embeddings.create(input=[{_asked(model.query_prefix)}]{named})",
        "vector = reply.data[0].embedding",
    ]
    return Part((f"from openai import {kind}",), tuple(lines))


def _object(model: Any) -> Part:
    lines = [
        *comment(
            f"The question's vector. The workbench used an object of yours ({model.id!r}), which no text can make "
            "again: put its call here."
        ),
        "raise NotImplementedError('vector = the vector of QUESTION, by the model that embedded the chunks')",
    ]
    return Part((), tuple(lines))
