"""The status line: corpus, Ollama, store, model; and the error that is waiting to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.records import ServerStatus
from workbench.widgets._live import LivePanel
from workbench.widgets._words import bytes_text, count, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["StatusPanel", "view"]


class StatusPanel(LivePanel):
    """Says what is open and whether all is well."""

    name = "status_panel"
    reads = (
        "corpus_name",
        "server",
        "store_path",
        "read_only",
        "model_info",
        "model",
        "embed_report",
        "selection",
        "presentation",
        "status",
        "progress",
        "notes",
        "error",
    )

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Dismiss the error, switch the presentation, clear the selection, look for Ollama, read again."""
        return {
            "dismiss": self.wb.dismiss,
            "presentation": self._presentation,
            "deselect": self._deselect,
            "probe": lambda: self.wb.submit("probe"),
            "refresh": lambda: self.wb.submit("refresh"),
        }

    def _presentation(self) -> None:
        self.wb.presentation = not self.wb.presentation

    def _deselect(self) -> None:
        self.wb.selection = ()


def view(wb: Workbench) -> dict[str, Any]:
    """Give what the status line says.

    Returns
    -------
    dict
        `corpus`, `server` (`up` is None while nobody has asked), `store`, `locked`, `model`, `selected`, `doing`,
        `notes`, `presentation`, and `error`, all of it text to be shown as it is.
    """
    return {
        "corpus": wb.corpus_name or "No corpus yet",
        "server": _server(wb.server),
        "store": _store(wb),
        "store_path": wb.store_path,
        "locked": _locked(wb),
        "model": f"{short_model(wb.model)} loaded" if wb.model_info is not None else "",
        "selected": count(len(wb.selection), "chunk") + " selected" if wb.selection else "",
        "doing": _doing(wb),
        "notes": [str(note) for note in wb.notes],
        "presentation": wb.presentation,
        "error": str(wb.error) if wb.error is not None else "",
    }


def _server(server: ServerStatus | None) -> dict[str, Any]:
    if server is None:
        return {"up": None, "text": "Looking for Ollama", "command": "", "hint": ""}
    host = server.host.partition("://")[2] or server.host or "127.0.0.1:11434"
    if server.reachable:
        return {"up": True, "text": f"Ollama {server.version} at {host}", "command": "", "hint": server.hint}
    start = "ollama serve" in server.hint
    return {
        "up": False,
        "text": f"No Ollama at {host}" + (" · start it with" if start else ""),
        "command": "ollama serve" if start else "",
        "hint": server.problem if start else f"{server.problem} {server.hint}".strip(),
    }


def _store(wb: Workbench) -> str:
    if not wb.store_path:
        return ""
    try:
        size = f", {bytes_text(wb.store.size_bytes())}" if wb.store is not None else ""
    except OSError:  # Chroma may be replacing a folder just now; the next look sees it.
        size = ""
    return f"store {Path(wb.store_path).name}{size}"


def _locked(wb: Workbench) -> str:
    if not wb.read_only:
        return ""
    holder = (wb.store.holder if wb.store is not None else None) or {}
    who = ", ".join(
        f"{word} {holder[key]}" for key, word in (("pid", "process"), ("host", "on")) if holder.get(key) is not None
    )
    return f"Read-only: another notebook{f' ({who})' if who else ''} is writing to this store."


def _doing(wb: Workbench) -> str:
    running = any(job.state == "running" for job in wb.progress.values())
    if not running or wb.status in ("", "Ready"):
        return ""
    return f"{wb.status.replace(str(wb.model), short_model(wb.model))}…"
