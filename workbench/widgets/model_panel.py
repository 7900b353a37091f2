"""The embedding model: what is ready, what can be had, and what is to be known of the chosen one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.models import embedding_model
from workbench.session.choices import chosen, described
from workbench.widgets._lines import (
    check_line,
    cut_line,
    download_line,
    int8_line,
    model_id,
    sending_line,
)
from workbench.widgets._live import LivePanel
from workbench.widgets._models import forms, parameters_text, row, spec_of
from workbench.widgets._progress import progress_state, running
from workbench.widgets._words import short_model

if TYPE_CHECKING:
    from workbench.records import ModelInfo, Quantization
    from workbench.session import Workbench

__all__ = ["ModelPanel", "parameters_text", "view"]


class ModelPanel(LivePanel):
    """Chooses the embedding model, and says what it costs to use it."""

    name = "model_panel"
    reads = (
        "model",
        "model_info",
        "model_check",
        "quantization",
        "plan",
        "chunks",
        "read_only",
        "server",
        "progress",
    )

    def __init__(self, wb: Workbench) -> None:
        self.kept: Quantization | None = None
        super().__init__(wb)

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb, self.kept)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Choose, download, allow, check, quantise, cut again; nothing is loaded or sent here."""
        submit = self.wb.submit
        return {
            "choose": self._choose,
            "pull": lambda model: submit("pull", model),
            "cancel": lambda: self.wb.cancel("pull"),
            "probe": lambda: submit("probe"),
            "allow": self._allow,
            "check": lambda: submit("check_model"),
            "rechunk": lambda: submit("rechunk"),
            "quantize": lambda: submit("quantize"),
            "cancel_int8": lambda: self.wb.cancel("int8"),
            "accept": lambda: self.wb.accept(self.wb.quantization),
            "keep": self._keep,
        }

    def _choose(self, model: str, options: Mapping[str, object] | None = None) -> None:
        name = spec_of(model)
        keywords = chosen(name.partition(":")[0], options or {})
        if keywords and name in getattr(self.wb, "consent", ()):
            keywords["consent"] = True
        self.wb.model = embedding_model(name, **keywords) if keywords else name

    def _allow(self, model: str) -> None:
        self.wb.allow(model)
        if model_id(self.wb.model) != model:
            self.wb.model = model

    def _keep(self) -> None:
        self.kept = self.wb.quantization


def view(wb: Workbench, kept: Quantization | None = None) -> dict[str, Any]:
    """Give what the panel draws.

    Parameters
    ----------
    wb
        The workbench.
    kept
        The int8 measurement after which float32 was kept.

    Returns
    -------
    dict
        `ready`, `download` and `remote`: rows as of `_models.row`. `chosen`: pairs of name and value about the chosen
        model, `lines` sentences about it as of `_lines`. `forms`: the options of each provider. `pulling`: a running
        download. `server`: why nothing of Ollama is ready, empty if it answers.
    """
    infos = wb.model_choices()
    up = wb.server is not None and wb.server.reachable
    info = _chosen(wb, infos)
    sending = sending_line(wb, info)
    asked = sending is not None and bool(sending["buttons"])
    lines = (
        sending,
        download_line(wb, info) if info is not wb.model_info else None,
        cut_line(wb),
        # A check sends texts too: it is not offered before that is allowed.
        check_line(wb) if info is not None and info is wb.model_info and not asked else None,
        int8_line(wb, kept),
    )
    return {
        "ready": [row(wb, one) for one in infos if one.ready and not one.destination],
        "download": [row(wb, one) for one in infos if not one.ready and not one.destination],
        "remote": [row(wb, one) for one in infos if one.destination],
        "chosen": _facts(wb, info),
        "chosen_name": short_model(wb.model),
        "lines": [line for line in lines if line is not None],
        "forms": forms(),
        "pulling": progress_state(running(wb, "pull")),
        "server": "" if up or wb.server is None else f"{wb.server.problem} {wb.server.hint}".strip(),
    }


def _chosen(wb: Workbench, infos: tuple[ModelInfo, ...]) -> ModelInfo | None:
    """Give what is known of the chosen model: from its use, else from the list, else from its name."""
    name = model_id(wb.model)
    if wb.model_info is not None and wb.model_info.id == name:
        return wb.model_info
    return next((one for one in infos if one.id == name), None) or described(name, wb.server)


def _facts(wb: Workbench, info: ModelInfo | None) -> list[list[str]]:
    if info is None or info is not wb.model_info:
        return [["id", model_id(wb.model)], ["state", "not loaded yet"]]
    pairs = [
        ("id", info.id),
        ("provider", info.provider),
        ("precision", info.variant),
        ("dimensions", f"{info.dimensions:,}" if info.dimensions else "known after the first vector"),
        ("reads", f"{info.max_tokens:,} tokens" if info.max_tokens else ""),
        ("query prefix", f"“{info.query_prefix}”" if info.query_prefix else "none"),
        ("document prefix", f"“{info.document_prefix}”" if info.document_prefix else "none"),
        ("digest", info.digest[:12]),
    ]
    return [[name, value] for name, value in pairs if value]
