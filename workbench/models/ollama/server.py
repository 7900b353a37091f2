"""An Ollama server: whether it answers, which models it has, and fetching one."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import Cancelled, ModelError, ModelNotFound, ServerError, WorkbenchError
from workbench.records import ServerModel, ServerStatus

if TYPE_CHECKING:
    from workbench.models.ollama.client import OllamaClient

__all__ = ["is_cloud", "pull", "status"]

Kind = Literal["embedding", "language"]

# What /api/show said of a digest: a model's kind never changes, and asking each time would slow the status down.
_kinds: dict[str, Kind] = {}
_UNITS = {"": 1e-6, "K": 1e-3, "M": 1.0, "B": 1e3, "T": 1e6}


def is_cloud(name: str) -> bool:
    """Whether a model's name says that ollama.com runs it: a tag `cloud` or any ending `-cloud`."""
    return name.strip().lower().endswith((":cloud", "-cloud"))


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
    from workbench.models.ollama.client import resolve_host

    try:
        url = resolve_host(host)
    except WorkbenchError as error:
        return ServerStatus(host or "", problem=str(error), hint="Set OLLAMA_HOST and restart the kernel.")
    found: list[ServerStatus] = []
    done = threading.Event()

    def ask() -> None:
        try:
            found.append(_ask(url, monotonic() + timeout))
        finally:
            done.set()

    # A thread, because looking a name up and a server that drips have no limit of their own.
    threading.Thread(target=ask, name="ollama-status", daemon=True).start()
    done.wait(timeout)
    if found:
        return found[0]
    return ServerStatus(url, problem=f"The Ollama server at {url} did not answer within {timeout:g} s.", hint=_hint())


def _hint() -> str:
    return "Start it with: ollama serve"


def _ask(url: str, deadline: float) -> ServerStatus:
    from workbench.models.ollama.client import OllamaClient, crosses_network

    try:
        with OllamaClient(url, seconds=max(0.05, deadline - monotonic())) as client:
            version = str(client.reply("GET", "/api/version").get("version", ""))
            listed = client.reply("GET", "/api/tags").get("models") or []
            models = tuple(_model(client, raw, deadline) for raw in sorted(listed, key=_modified, reverse=True))
    except (ServerError, ModelError) as error:
        text = str(error).removesuffix(_hint()).strip()
        return ServerStatus(url, problem=text, hint=_hint())
    except (AttributeError, TypeError, KeyError) as error:
        problem = f"{url} answers, but not as Ollama does ({error})."
        return ServerStatus(url, problem=problem, hint="Check OLLAMA_HOST.")
    hint = f"Text sent to {url} crosses the network unencrypted." if crosses_network(url) else ""
    return ServerStatus(url, reachable=True, version=version, models=models, hint=hint)


def _model(client: OllamaClient, raw: Mapping[str, Any], deadline: float) -> ServerModel:
    details = raw.get("details") or {}
    return ServerModel(
        name=raw["name"],
        kind=_kind(client, raw, deadline),
        size=int(raw.get("size") or 0),
        digest=raw.get("digest") or "",
        parameters=_millions(details.get("parameter_size") or ""),
        modified=raw.get("modified_at") or "",
        cloud=bool(raw.get("remote_host") or raw.get("remote_model")) or is_cloud(raw["name"]),
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


def pull(
    name: str,
    cancel: threading.Event,
    progress: Callable[[str, int, int], None],
    host: str | None = None,
) -> None:
    """Let the server fetch a model; returns when the server says `success`.

    Parameters
    ----------
    name
        As on ollama.com, such as `all-minilm` or `qwen3:0.6b`.
    cancel
        When set, the connection is closed; what has come stays on the server, and pulling again goes on there.
    progress
        Called with the server's own words for what it does, the bytes that are there, and the bytes in all, both
        summed over the layers named so far.
    host
        As in `resolve_host`.

    Raises
    ------
    ModelNotFound
        If there is no model of that name.
    ServerError
        If the server does not answer, breaks off, or cannot reach the library.
    Cancelled
        If `cancel` was set.
    """
    from workbench.models.ollama.client import OllamaClient
    from workbench.models.ollama.errors import broken_off

    layers: dict[str, tuple[int, int]] = {}
    with OllamaClient(host) as client:
        for line in client.lines("/api/pull", {"model": name, "stream": True}, cancel, name):
            if "error" in line:
                raise _pull_failed(name, client.host, str(line["error"]))
            if line.get("digest"):
                layers[line["digest"]] = (int(line.get("completed") or 0), int(line.get("total") or 0))
            else:
                # Checking begins when every layer is there; the last lines about a layer may not have said so.
                layers = {digest: (total, total) for digest, (_, total) in layers.items()}
            done, total = (sum(column) for column in zip((0, 0), *layers.values(), strict=True))
            progress(str(line.get("status") or ""), done, total)
            if line.get("status") == "success":
                return
        if cancel.is_set():
            raise Cancelled(f"Stopped fetching {name}. Fetching it again goes on where it stopped.")
        raise broken_off(client.host, f"it never said that {name} is whole")


def _pull_failed(name: str, host: str, text: str) -> ModelError:
    if "file does not exist" in text or "not found" in text:
        return ModelNotFound(f"There is no model {name!r} to fetch ({text}). Look for its name on ollama.com/library.")
    if "412" in text or "newer version" in text:
        return ServerError(f"{name} needs a newer Ollama than the one at {host}. Update it, then fetch again.")
    if any(part in text for part in ("no such host", "dial tcp", "i/o timeout", "TLS handshake")):
        return ServerError(f"The Ollama server at {host} cannot reach the model library: is it offline? ({text})")
    return ServerError(f"The Ollama server at {host} could not fetch {name}: {text}")
