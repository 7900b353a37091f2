"""The embedding model: what is ready, what can be downloaded, and what the chosen one is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.records import ModelInfo
from workbench.widgets._live import LivePanel
from workbench.widgets._progress import progress_state, running
from workbench.widgets._words import bytes_text, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["ModelPanel", "view"]


class ModelPanel(LivePanel):
    """Chooses the embedding model."""

    name = "model_panel"
    reads = ("model", "model_info", "server", "progress")

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Choose, pull, cancel the pull, look again."""
        return {
            "choose": self._choose,
            "pull": self._pull,
            "cancel": lambda: self.wb.cancel("pull"),
            "probe": lambda: self.wb.submit("probe"),
        }

    def _choose(self, model: str) -> None:
        name = model.strip()
        provider, _, rest = name.partition(":")
        if not provider or not rest:
            raise InputError(
                f"{model!r} is no model id; write provider:name, such as 'ollama:nomic-embed-text' or "
                "'bundled:all-MiniLM-L6-v2'."
            )
        self.wb.model = name

    def _pull(self, model: str) -> None:
        self.wb.submit("pull", model)


def view(wb: Workbench) -> dict[str, Any]:
    """Give what the panel draws.

    Returns
    -------
    dict
        `ready` and `download`: rows with `id`, `name`, `provider`, `facts` (what is known, in words), `size`,
        `link` (https only, else empty), `note`, `chosen`, `pull` (whether Ollama can fetch it). `chosen`: pairs of
        name and value about the chosen model. `pulling`: a running download. `server`: why nothing of Ollama is
        ready, empty if it answers.
    """
    rows = [_row(wb, info) for info in wb.model_choices()]
    up = wb.server is not None and wb.server.reachable
    missing = "" if up or wb.server is None else f"{wb.server.problem} {wb.server.hint}".strip()
    return {
        "ready": [row for row in rows if row["ready"]],
        "download": [row for row in rows if not row["ready"]],
        "chosen": _facts(wb),
        "chosen_name": short_model(wb.model),
        "note": wb.model_info.note if wb.model_info is not None else "",
        "pulling": progress_state(running(wb, "pull")),
        "server": missing,
        "can_pull": up,
    }


def _row(wb: Workbench, info: ModelInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "name": short_model(info.id),
        "provider": info.provider,
        "ready": info.ready,
        "dimensions": f"{info.dimensions:,}" if info.dimensions else "",
        "tokens": f"{info.max_tokens:,}" if info.max_tokens else "",
        "parameters": parameters_text(info.parameters),
        "size": bytes_text(info.size_mb * 1e6) if info.size_mb else "",
        "prefixes": _prefixes(info),
        "link": info.link if info.link.startswith("https://") else "",
        "note": info.note,
        "chosen": info.id == wb.model,
        "pull": info.provider == "ollama" and not info.ready,
    }


def parameters_text(millions: float | None) -> str:
    """Give a number of parameters in millions as `22.7 M` or `1.5 B`; empty where unknown."""
    if not millions:
        return ""
    return f"{millions / 1000:.1f} B" if millions >= 1000 else f"{millions:g} M"


def _prefixes(info: ModelInfo) -> str:
    pairs = (("query", info.query_prefix), ("document", info.document_prefix))
    return ", ".join(f"{name} “{text}”" for name, text in pairs if text)


def _facts(wb: Workbench) -> list[list[str]]:
    info = wb.model_info
    if info is None:
        return [["id", wb.model if isinstance(wb.model, str) else short_model(wb.model)], ["state", "not loaded yet"]]
    pairs = [
        ("id", info.id),
        ("provider", info.provider),
        ("dimensions", f"{info.dimensions:,}" if info.dimensions else "known after the first vector"),
        ("reads", f"{info.max_tokens:,} tokens" if info.max_tokens else ""),
        ("query prefix", f"“{info.query_prefix}”" if info.query_prefix else "none"),
        ("document prefix", f"“{info.document_prefix}”" if info.document_prefix else "none"),
        ("digest", info.digest[:12]),
    ]
    return [[name, value] for name, value in pairs if value]
