"""What the lanes do about models: check, explain, quantise, download, unload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InputError
from workbench.models import DEFAULT, embedding_model
from workbench.session.prepare import prepared

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.protocols import EmbeddingModel, Role
    from workbench.records import Explanation, ModelCheck, Quantization
    from workbench.session.engine import Engine

__all__ = ["check_model", "explain", "pull", "quantize", "unload"]


def check_model(wb: Engine, job: Job, given: object = None) -> ModelCheck:
    """Probe a model, the chosen one if none is given; what is found is stored for these weights and this engine."""
    from workbench.models.check import check_model as run
    from workbench.models.check import keep

    model = _chosen(wb, job) if given is None else embedding_model(given)
    try:
        check = run(model, [chunk.text for chunk in wb.chunk_list], job.cancel)
    finally:
        if isinstance(given, str):
            model.close()
    if given is None:
        wb.publish(model_check=check)
    keep(check)
    return check


def explain(wb: Engine, job: Job, text: str, role: Role = "document") -> Explanation:
    """Show what the chosen model sees of a text."""
    from workbench.models.explain import explain as run

    if not isinstance(text, str) or not text.strip():
        raise InputError(f"The text to explain is {text!r}: it has no words. Give a text.")
    found = run(_chosen(wb, job), text, role)
    wb.publish(explanation=found)
    return found


def _chosen(wb: Engine, job: Job) -> EmbeddingModel:
    """Give the chosen model, the corpus read first where there is one."""
    return wb.embedding_model() if wb.source is None else prepared(wb, job).model


def quantize(wb: Engine, job: Job, sample: int = 150) -> Quantization:
    """Make an int8 copy of the chosen model, calibrated on this corpus, and measure how far its vectors drift."""
    now = prepared(wb, job)
    model: Any = now.model
    if not hasattr(model, "quantized") or getattr(model, "variant", "") == "int8":
        raise InputError(
            f"{model!r} has no int8 copy: only models that run here on OpenVINO in float32 do. "
            f"Choose one first, such as {DEFAULT!r}."
        )
    texts = [chunk.text for chunk in now.chunks]
    if not texts:
        raise InputError("There are no chunks to calibrate on. Load a corpus first.")
    from workbench.models.openvino.drift import measure

    wb.publish(status="Calibrating int8 on this corpus")
    twin = model.quantized(
        [texts[at] for at in np.unique(np.linspace(0, len(texts) - 1, sample).astype(int))], job.cancel
    )
    wb.publish(status="Comparing int8 with float32")
    found = measure(model, twin, texts, job.cancel)
    wb.publish(quantization=found)
    return found


def pull(wb: Engine, job: Job, model: str) -> str:
    """Download a model: to the Ollama server, or from the Hugging Face hub to its cache."""
    provider, _, name = model.partition(":")
    if provider not in ("ollama", "huggingface") or not name:
        raise InputError(
            f"{model!r} cannot be downloaded; models of Ollama and Hugging Face can, such as 'ollama:all-minilm' or "
            "'huggingface:BAAI/bge-small-en-v1.5'."
        )
    verb = "Pulling" if provider == "ollama" else "Downloading"
    meter = wb.meter("pull", f"{verb} {name}", "bytes")
    if provider == "ollama":
        from workbench.models.ollama.server import pull as fetch

        fetch(name, job.cancel, lambda _, completed, total: meter(completed, total))
    else:
        from workbench.models.huggingface.hub import download

        download(name, job.cancel, meter)
    wb.probe()
    return model


def unload(wb: Engine, job: Job, model: str) -> str:  # noqa: ARG001 - done at once
    """Let the Ollama server take a model out of its memory."""
    provider, _, name = model.partition(":")
    if provider != "ollama" or not name:
        raise InputError(f"{model!r} cannot be unloaded; models of Ollama can, such as 'ollama:all-minilm'.")
    from workbench.models.ollama.server import unload as let_go

    let_go(name)
    wb.probe()
    return model
