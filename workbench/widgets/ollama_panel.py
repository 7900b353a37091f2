"""The cockpit of an Ollama server: what it has, what is in its memory, what it fetches, and how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, WorkbenchError
from workbench.models import embedding_model, prepare
from workbench.records import Progress, ServerModel, ServerStatus
from workbench.widgets._live import LivePanel
from workbench.widgets._progress import progress_state, running
from workbench.widgets._words import bytes_text, count, join, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["Copying", "OllamaPanel", "view"]

_START = "Start it with: "
LANGUAGES = {"curl": "curl", "python": "Python", "javascript": "JavaScript"}


@dataclass(frozen=True)
class Copying:
    """Which request is shown to be copied: empty fields mean the first that there is."""

    model: str = ""
    source: str = ""
    language: str = "curl"
    package: bool = False


class OllamaPanel(LivePanel):
    """Shows an Ollama server and acts on it; the request that is shown to be copied is the panel's own choice."""

    name = "ollama_panel"
    reads = ("server", "progress", "error", "model", "model_info", "query", "chunks")

    def __init__(self, wb: Workbench) -> None:
        self.copying = Copying()
        super().__init__(wb)

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb, self.copying)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Unload, pull, cancel the pull, look again, choose the request to copy."""
        return {
            "unload": lambda model: self.wb.submit("unload", model),
            "pull": self._pull,
            "cancel": lambda: self.wb.cancel("pull"),
            "probe": lambda: self.wb.submit("probe"),
            "request": self._request,
        }

    def _pull(self, model: str) -> None:
        name = model.strip().removeprefix("ollama pull ").removeprefix("ollama:").strip()
        if not name:
            raise InputError(
                "Type the name of a model to pull, as on ollama.com/library: nomic-embed-text, qwen3:0.6b."
            )
        self.wb.submit("pull", f"ollama:{name}")

    def _request(self, **chosen: object) -> None:
        self.copying = replace(self.copying, **chosen)  # type: ignore[arg-type]


def view(wb: Workbench, copying: Copying) -> dict[str, Any]:
    """Give what the panel draws.

    Returns
    -------
    dict
        `server`: `up` (None if nobody has looked yet), `said`, `why` it does not answer, the command that would
        `start` it, and a `warning`. `rows`: the server's models with `id`, `name`, `kind`, `size`, `parameters`,
        `loaded`, `memory`, `expires` (ISO 8601) and `cloud`. `loaded`: what is in memory, in words. `pulling`: a
        running download; `stopped`: how the last one ended, if not well. `failed`: what went wrong with the server.
        `copy`: see `_copy`.
    """
    server = wb.server
    up = server is not None and server.reachable
    models = server.models if server is not None and up else ()
    return {
        "server": _server(server),
        "rows": [_row(model) for model in models],
        "loaded": _in_memory(models),
        "pulling": progress_state(running(wb, "pull")),
        "stopped": _stopped(wb.progress.get("pull")),
        "failed": _failed(wb),
        "copy": _copy(wb, copying),
    }


def _server(server: ServerStatus | None) -> dict[str, Any]:
    if server is None:
        return {
            "up": None,
            "said": "Nobody has looked for an Ollama server yet.",
            "why": "",
            "start": "",
            "warning": "",
        }
    if server.reachable:
        said = f"Ollama {server.version} at {server.host.removeprefix('http://')}"
        return {"up": True, "said": said, "why": "", "start": "", "warning": server.hint}
    starts = server.hint.startswith(_START)
    return {
        "up": False,
        "said": "Ollama is not ready.",
        "why": server.problem if starts else f"{server.problem} {server.hint}".strip(),
        "start": server.hint.removeprefix(_START) if starts else "",
        "warning": "",
    }


def _row(model: ServerModel) -> dict[str, Any]:
    return {
        "id": f"ollama:{model.name}",
        "name": model.name.removesuffix(":latest"),
        "kind": model.kind,
        "size": bytes_text(model.size) if model.size else "",
        "loaded": model.loaded,
        "memory": bytes_text(model.memory) if model.memory else "",
        "expires": model.expires,
        "cloud": model.cloud,
    }


def _in_memory(models: tuple[ServerModel, ...]) -> str:
    loaded = [model for model in models if model.loaded]
    if not models:
        return ""
    if not loaded:
        return "Nothing is in memory; the first text loads its model."
    return f"{count(len(loaded), 'model')} in memory, {bytes_text(sum(model.memory for model in loaded))} in all."


def _stopped(job: Progress | None) -> str:
    """Say how the last download ended, if it did not come to its end."""
    if job is None or job.state not in ("cancelled", "failed"):
        return ""
    share = f"{bytes_text(job.done)} of {bytes_text(job.total)}" if job.total else ""
    ended = "stopped" if job.state == "cancelled" else "failed"
    return f"{join(f'{job.label}: {ended}', share)}. Pulling it again goes on there."


def _failed(wb: Workbench) -> str:
    """Give the error of the last download, unloading or look, if it is still the last of all errors."""
    states = [wb.progress[lane].state for lane in ("pull", "server") if lane in wb.progress]
    return str(wb.error) if "failed" in states and wb.error is not None else ""


def _copy(wb: Workbench, copying: Copying) -> dict[str, Any]:
    """Give the request to copy.

    Returns
    -------
    dict
        `models` and `sources` to choose from as pairs of value and words; what is chosen: `model`, `source`,
        `language`, `package`; `code`, or `why` there is none.
    """
    models, sources = _models(wb), _sources(wb)
    model = copying.model if copying.model in models else next(iter(models), "")
    source = copying.source if copying.source in sources else next(iter(sources), "")
    code, why = "", ""
    try:
        code = _code(models[model], *sources[source], copying) if model and source else ""
    except WorkbenchError as error:
        why = str(error)
    if not code and not why:
        why = "Load a corpus or ask a question: then there is a text to send." if model else "No embedding model."
    return {
        "models": [[key, short_model(key).removesuffix(":latest")] for key in models],
        "sources": [[key, key] for key in sources],
        "languages": [[key, words] for key, words in LANGUAGES.items()],
        "model": model,
        "source": source,
        "language": copying.language,
        "package": copying.package,
        "code": code,
        "why": why,
    }


def _models(wb: Workbench) -> dict[str, object]:
    """Give the models that a request can be shown for, the chosen one first: id to what makes it."""
    chosen = wb.model
    found: dict[str, object] = {}
    if isinstance(chosen, str) and chosen.startswith("ollama:"):
        found[chosen] = chosen
    elif str(getattr(chosen, "id", "")).startswith("ollama:"):
        found[chosen.id] = chosen
    offered = [info for info in wb.model_choices() if info.provider == "ollama"]
    ready = [info.id for info in offered if info.ready] or [info.id for info in offered]
    return {**found, **{key: key for key in ready if key not in found}}


def _sources(wb: Workbench) -> dict[str, tuple[str, str]]:
    """Give the texts that can be sent: the question and the first chunk, each with its role."""
    found = {}
    if wb.query.strip():
        found["the question"] = ("query", wb.query)
    if wb.chunk_list:
        found["the first chunk"] = ("document", wb.chunk_list[0].text)
    return found


def _code(spec: Any, role: Any, text: str, copying: Copying) -> str:
    model: Any = _made(spec) if isinstance(spec, str) else spec
    return model.request(prepare(model, [text], role)).as_code(copying.language, package=copying.package)


@lru_cache(maxsize=32)
def _made(spec: str) -> object:
    """Make a model to ask what it would send; it sends nothing, so that no consent is needed."""
    return embedding_model(spec, consent=True)
