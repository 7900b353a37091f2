"""What the workbench may talk to: an Ollama server, the Hugging Face hub, OpenAI, and proxies in between."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from workbench.doctor.checking import Check, Said, note, ok, size
from workbench.models.huggingface.cache import cache_root, cached_names, offline
from workbench.models.ollama.server import status
from workbench.records import ServerStatus

__all__ = ["CHECKS"]

_FIRST_WRONG, _FIRST_RIGHT = (0, 13, 5), (0, 30, 0)
"""Ollama's own tokeniser, in between, gave all accented words one vector."""
_LOOPBACK = ("localhost", "127.0.0.1")


def _ollama() -> Iterator[Said]:
    server = status(timeout=3.0)
    if not server.reachable:
        yield note(
            f"{server.problem} Answers are quoted sentences, without a language model.",
            "Start one: `ollama serve`.",
        )
        return
    kinds = [model.kind for model in server.models]
    loaded = [f"{model.name} ({size(model.memory)})" for model in server.models if model.loaded]
    yield ok(
        f"Ollama {server.version} answers at {server.host}, with {kinds.count('language')} language and "
        f"{kinds.count('embedding')} embedding models; in its memory: {', '.join(loaded) or 'none'}."
    )
    yield from _ollama_notes(server)


def _ollama_notes(server: ServerStatus) -> Iterator[Said]:
    if server.hint:
        yield note(server.hint, "Use a server of this machine: `export OLLAMA_HOST=127.0.0.1:11434`.")
    if not any(model.kind == "language" and not model.cloud for model in server.models):
        yield note("It has no language model that runs there.", "Fetch one: `ollama pull llama3.2`.")
    if _FIRST_WRONG <= _numbers(server.version) < _FIRST_RIGHT:
        yield note(
            f"Ollama {server.version} gives all words with accents the same vector.",
            "Embed with another provider, or take Ollama 0.30 or newer; `wb.check_model()` shows it.",
        )
    context = os.environ.get("OLLAMA_CONTEXT_LENGTH", "")
    if context:
        yield ok(f"OLLAMA_CONTEXT_LENGTH is {context[:20]} here; the workbench sends the context it needs itself.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _proxies() -> Iterator[Said]:
    names = [name for name in ("http_proxy", "https_proxy", "all_proxy") if _set(name)]
    spared = {part.strip().lower() for part in (_set("no_proxy") or "").split(",")}
    if not names:
        yield ok("No proxy is set.")
    elif "*" in spared or set(_LOOPBACK) <= spared:
        yield ok("A proxy is set, and not for this machine's own servers.")
    else:
        yield note(
            f"{', '.join(name.upper() for name in names)} would also catch what is meant for servers on this machine. "
            "The workbench goes past it there; other libraries do not.",
            f"Spare this machine: `export NO_PROXY={','.join(_LOOPBACK)}`.",
        )


def _set(name: str) -> str:
    return os.environ.get(name) or os.environ.get(name.upper()) or ""


def _hub() -> Iterator[Said]:
    models = len(list(cached_names(None)))
    token = bool(os.environ.get("HF_TOKEN")) or (_hub_home() / "token").is_file()
    yield ok(
        f"{models} Hugging Face models are in {cache_root()}; {'a' if token else 'no'} token is set."
        f"{' The hub is not asked: HF_HUB_OFFLINE.' if offline() else ''}"
    )


def _hub_home() -> Path:
    return Path(os.environ.get("HF_HOME") or "~/.cache/huggingface").expanduser()


def _openai() -> Iterator[Said]:
    key = "a key is set" if os.environ.get("OPENAI_API_KEY") else "no key is set (OPENAI_API_KEY)"
    base = urlsplit(os.environ.get("OPENAI_BASE_URL", "")).hostname
    yield ok(f"OpenAI: {key}{f'; its address is one at {base}' if base else ''}. Nothing is sent before you allow it.")


CHECKS = (
    Check("ollama", _ollama),
    Check("proxies", _proxies),
    Check("hugging face", _hub),
    Check("openai", _openai),
)
