"""Whether an Ollama server answers, which models it has, and which of them are in its memory."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import ModelError, ServerError, WorkbenchError
from workbench.models.ollama.errors import count_of
from workbench.models.ollama.names import cloud_host, is_cloud
from workbench.records import ServerModel, ServerStatus

if TYPE_CHECKING:
    from workbench.models.ollama.client import OllamaClient

__all__ = ["status"]

Kind = Literal["embedding", "language"]

# What /api/show said of a digest: a model's kind never changes, and asking each time would slow the status down.
_kinds: dict[str, Kind] = {}
_UNITS = {"": 1e-6, "K": 1e-3, "M": 1.0, "B": 1e3, "T": 1e6}


def status(host: str | None = None, timeout: float = 1.0) -> ServerStatus:
    """Ask whether an Ollama server answers and what it has; never raises.

    Parameters
    ----------
    host
        As in `resolve_host`; None means `OLLAMA_HOST`.
    timeout
        Longest wait in seconds, for everything together.

    Returns
    -------
    ServerStatus
        Models newest first. Where nothing answers, `problem` and `hint` say so; where text would cross the
        network unencrypted, `hint` says that.
    """
    # Imported before the clock starts: the first import can take as long as the server may.
    from workbench.models.ollama.hosts import resolve_host

    try:
        url = resolve_host(host)
    except WorkbenchError as error:
        return ServerStatus(host or "", problem=str(error), hint="Set OLLAMA_HOST and restart the kernel.")
    found: list[ServerStatus] = []
    done = threading.Event()

    def ask() -> None:
        try:
            for known in _ask(url, monotonic() + timeout):
                found.append(known)  # noqa: PERF402 - each is there as soon as it is known
        finally:
            done.set()

    # A thread, because looking a name up and a server that drips have no limit of their own.
    threading.Thread(target=ask, name="ollama-status", daemon=True).start()
    done.wait(timeout)
    if found:
        return found[-1]
    problem = f"The Ollama server at {url} did not answer within {timeout:g} s."
    return ServerStatus(url, silent=True, problem=problem, hint=_hint())


def _hint() -> str:
    return "Start it with: ollama serve"


def _ask(url: str, deadline: float) -> Iterator[ServerStatus]:
    """Yield what the server has, then the same with what is loaded, which a server may be slow to tell."""
    from workbench.models.ollama.client import OllamaClient
    from workbench.models.ollama.hosts import crosses_network

    hint = f"Text sent to {url} crosses the network unencrypted." if crosses_network(url) else ""
    try:
        with OllamaClient(url, seconds=max(0.05, deadline - monotonic())) as client:
            version = str(client.reply("GET", "/api/version").get("version", ""))
            listed = client.reply("GET", "/api/tags").get("models") or []
            models = tuple(_model(client, raw, deadline) for raw in sorted(listed, key=_modified, reverse=True))
            there = ServerStatus(url, reachable=True, version=version, models=models, hint=hint)
            yield there
            yield replace(there, models=_with_memory(client, models))
    except (ServerError, ModelError) as error:
        text = str(error).removesuffix(_hint()).strip()
        yield ServerStatus(url, problem=text, hint=_hint())
    except (AttributeError, TypeError, KeyError, ValueError, OverflowError) as error:
        problem = f"{url} answers, but not as Ollama does ({error})."
        yield ServerStatus(url, problem=problem, hint="Check OLLAMA_HOST.")


def _with_memory(client: OllamaClient, models: tuple[ServerModel, ...]) -> tuple[ServerModel, ...]:
    """Add what /api/ps says; servers before 0.1.38 do not have it, and then nothing is known to be loaded."""
    try:
        running = {raw["name"]: raw for raw in client.reply("GET", "/api/ps").get("models") or []}
    except (ModelError, AttributeError, TypeError, KeyError):
        return models
    return tuple(_loaded(model, running[model.name]) if model.name in running else model for model in models)


def _loaded(model: ServerModel, raw: Mapping[str, Any]) -> ServerModel:
    return replace(model, loaded=True, memory=count_of(raw.get("size")) or 0, expires=_moment(raw.get("expires_at")))


def _moment(text: object) -> str:
    """Give an instant as `2026-11-21T03:15:51Z`; Ollama gives nine decimals and its own offset, which not all read."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""


def _model(client: OllamaClient, raw: Mapping[str, Any], deadline: float) -> ServerModel:
    details = raw.get("details") or {}
    elsewhere = bool(raw.get("remote_host") or raw.get("remote_model")) or cloud_host(client.host)
    return ServerModel(
        name=str(raw["name"]),
        kind=_kind(client, raw, deadline),
        size=count_of(raw.get("size")) or 0,
        digest=str(raw.get("digest") or ""),
        parameters=_millions(details.get("parameter_size") or ""),
        modified=str(raw.get("modified_at") or ""),
        cloud=elsewhere or is_cloud(raw["name"]),
    )


def _kind(client: OllamaClient, raw: Mapping[str, Any], deadline: float) -> Kind:
    """Give a model's kind: what the list says, else what /api/show says, else what its family is known for."""
    if raw.get("capabilities"):
        return _by_capabilities(raw["capabilities"])
    digest = raw.get("digest") or ""
    if digest in _kinds:
        return _kinds[digest]
    if monotonic() < deadline:
        try:
            shown = client.reply("POST", "/api/show", {"model": raw["name"]}, raw["name"])
        except ModelError:  # one unreadable model must not hide the others
            return _by_family(raw)
        kind = _by_show(shown)
        if digest:
            _kinds[digest] = kind
        return kind
    return _by_family(raw)


def _by_capabilities(capabilities: Iterable[str]) -> Kind:
    return "language" if "completion" in capabilities or "embedding" not in capabilities else "embedding"


def _by_show(shown: Mapping[str, Any]) -> Kind:
    """Ollama's own rule, for servers that do not list capabilities: a pooling type makes an embedding model."""
    if shown.get("capabilities"):
        return _by_capabilities(shown["capabilities"])
    pooled = any(key.endswith(".pooling_type") for key in shown.get("model_info") or {})
    return "embedding" if pooled else "language"


def _by_family(raw: Mapping[str, Any]) -> Kind:
    family = str((raw.get("details") or {}).get("family") or "")
    return "embedding" if "bert" in family or "embed" in f"{family} {raw['name']}" else "language"


def _millions(size: str) -> float | None:
    """Read `22.57M`, `853K` or `8.0B` as millions of weights."""
    match = re.fullmatch(r"([\d.]+)\s*([KMBT]?)", size.strip().upper())
    return float(match[1]) * _UNITS[match[2]] if match else None


def _modified(raw: Mapping[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(raw["modified_at"])
    except (KeyError, TypeError, ValueError):
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
