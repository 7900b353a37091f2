"""Where a model has the weights of the bundled one: the cosine to our own vectors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from workbench.index.fingerprint import canonical
from workbench.models import DEFAULT
from workbench.models.check.answers import failed, not_asked, passed
from workbench.models.check.sheet import SAME, NotAsked, Sheet, cosine
from workbench.models.check.texts import PLAIN
from workbench.records import Probe

__all__ = ["weights"]

QUANTISED = 0.95
"""Least cosine to float32 vectors for weights of 8 bits; measured: 0.984 dynamic, 0.991 or more calibrated."""

_SAME_WEIGHTS = re.compile(
    r"ollama:all-minilm(:latest|:22m.*|:l6.*)?|huggingface:(sentence-transformers/)?all-MiniLM-L6-v2|"
    + re.escape(DEFAULT)
)
_EIGHT_BITS = re.compile(r"q?u?int8|quantized|q8_0")


def weights(sheet: Sheet) -> Probe:
    """Compare vectors of plain English, on which engines agree whatever they do to unusual letters."""
    model = sheet.model
    variant = getattr(model, "variant", "")
    if not _SAME_WEIGHTS.fullmatch(model.id):
        return not_asked("weights", "The weights of this model are not at hand to compare with")
    if model.id == DEFAULT and not variant:
        return not_asked("weights", "These are the bundled weights themselves")
    if not sheet.steady:
        raise NotAsked("The same text twice gives two vectors here, so that none can be compared with our own")
    theirs = [sheet.vector(text) for text in PLAIN]
    least = min(cosine(one, own) for one, own in zip(theirs, _own(len(theirs[0])), strict=True))
    wanted = QUANTISED if variant or _EIGHT_BITS.search(canonical(sheet.said)) else SAME
    if least >= wanted:
        return passed("weights", f"Its vectors are those of {DEFAULT}", f"least cosine {least:.6f}")
    return failed(
        "weights",
        f"{sheet.who} gives other vectors than the same weights do here",
        f"Its weights, pooling or quantisation are not the published ones. Use {DEFAULT}, or fetch the model anew.",
        f"cosine {least:.3f}; {wanted:g} or more is right",
    )


def _own(dimensions: int) -> list[np.ndarray]:
    """Give the bundled model's vectors of `PLAIN`, as short as the model's where it was asked to shorten them.

    They are kept with four decimals, which leaves their cosines right to six: the bundled model need not be loaded,
    nor converted on its first use, to look at another.
    """
    kept = json.loads((Path(__file__).parent / "own_vectors.json").read_text(encoding="utf-8"))
    return [np.array(kept[text][:dimensions], dtype=np.float32) for text in PLAIN]
