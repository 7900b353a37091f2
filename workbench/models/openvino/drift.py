"""How far an int8 copy's vectors are from float32's, and how much faster they come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Event
from typing import Any

import numpy as np

from workbench.errors import Cancelled, InputError
from workbench.models import prepare
from workbench.protocols import EmbeddingModel
from workbench.records import Quantization

__all__ = ["NEIGHBOURS", "least_and_mean_cosine", "measure", "overlap"]

NEIGHBOURS = 10
_COMPARED = 500
"""Chunks that are compared: the overlap's standard error is then below 0.01."""
_PART = 50
"""Chunks a turn: the two models take turns, so that a machine that slows down slows both."""


def measure(
    model: EmbeddingModel, twin: EmbeddingModel, texts: Sequence[str], cancel: Event | None = None
) -> Quantization:
    """Embed up to 500 of the texts with both, and compare.

    Parameters
    ----------
    model, twin
        The float32 model and its int8 copy (`quantized`).
    texts
        The corpus's chunks, as they stand there; at least two different ones.
    cancel
        Looked at between parts of 50 texts.

    Raises
    ------
    InputError
        Fewer than two different texts.
    Cancelled
        `cancel` was set.
    """
    different = list(dict.fromkeys(texts))
    if len(different) < 2:
        raise InputError(f"{len(different)} different chunks are too few to compare neighbours; load a larger corpus.")
    chosen = np.unique(np.linspace(0, len(different) - 1, _COMPARED).astype(int))
    sent = prepare(model, [different[at] for at in chosen], "document")
    for one in (model, twin):
        one.embed(sent[:1], "document")  # loaded before the clock starts
    parts = [sent[start : start + _PART] for start in range(0, len(sent), _PART)]
    seconds = {"float": 0.0, "int8": 0.0}
    vectors: dict[str, list[np.ndarray]] = {"float": [], "int8": []}
    for part in parts:
        if cancel is not None and cancel.is_set():
            raise Cancelled("Comparing int8 with float32 was stopped; the copy is kept, so that it goes on there.")
        for name, one in (("float", model), ("int8", twin)):
            began = time.perf_counter()
            vectors[name].append(one.embed(part, "document"))
            seconds[name] += time.perf_counter() - began
    plain, small = (np.concatenate(vectors[name]) for name in ("float", "int8"))
    least, mean = least_and_mean_cosine(plain, small)
    about: Any = twin
    return Quantization(
        model=model.id,
        calibration=about.calibration,
        texts=about.calibration_texts,
        compared=len(sent),
        mean_cosine=mean,
        least_cosine=least,
        overlap=overlap(plain, small),
        seconds=about.calibration_seconds,
        speed=seconds["float"] / seconds["int8"],
    )


def least_and_mean_cosine(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Give the least and the mean cosine between rows of two float (n, d) arrays."""
    cosines = (_unit(one) * _unit(other)).sum(axis=1)
    return float(cosines.min()), float(cosines.mean())


def overlap(one: np.ndarray, other: np.ndarray, k: int = NEIGHBOURS) -> float:
    """Give the mean share, 0 to 1, of a row's k nearest rows (by cosine, itself left out) that are the same in both.

    With fewer than k + 1 rows, k is what there is. float (n, d) each, n at least 2.
    """
    k = min(k, len(one) - 1)
    near = [_nearest(vectors, k) for vectors in (one, other)]
    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(*near, strict=True)]))


def _nearest(vectors: np.ndarray, k: int) -> list[list[int]]:
    unit = _unit(vectors)
    scores = unit @ unit.T
    np.fill_diagonal(scores, -np.inf)
    return np.argsort(-scores, axis=1, kind="stable")[:, :k].tolist()


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
