"""Probes of the reply itself: whole, repeatable, the same in company, in order, of unit length."""

from __future__ import annotations

import numpy as np

from workbench.errors import ModelError
from workbench.models.check.answers import failed, passed
from workbench.models.check.sheet import SAME, STOPS, NotAsked, Sheet, cosine
from workbench.models.check.texts import ALL, LOOKED_AT, PLAIN
from workbench.records import Probe

__all__ = ["batch", "determinism", "norm", "order", "reply"]

_ROUNDING = 1e-4
"""Cosine within which two rows are equally near; single precision errs by 1e-7, half precision by 1e-4."""

_UNIT = 1e-3
"""How far a norm may be from 1: half precision has eleven bits, one part in 2048."""

_ALONE = (PLAIN[1], PLAIN[2], "llama", "p>0.05")
"""Few, since each is a call; they stand at the beginning, in the middle and at the end of the batch."""

_TWICE = _ALONE[:2]


def reply(sheet: Sheet) -> Probe:
    """Ask for one finite vector a text."""
    try:
        vectors = sheet.together()
    except STOPS:
        raise
    except ModelError as error:
        sheet.trusted = False
        return failed(
            "reply",
            f"{sheet.who} does not give one vector a text",
            "Update it, or choose another model; a reply that is not one vector a text is never stored.",
            f"{len(ALL)} texts were sent; {str(error).rstrip('.')}",
        )
    return passed("reply", f"One finite vector of {vectors.shape[1]:,} numbers for each of {len(ALL)} texts")


def determinism(sheet: Sheet) -> Probe:
    """Ask the same text twice, alone, so that neither order nor company can play a part."""
    least = min(cosine(_alone(sheet)[text], sheet.ask([text])[0]) for text in _TWICE)
    sheet.steady = least >= SAME
    if sheet.steady:
        return passed("determinism", "The same text twice gives the same vector", f"cosine {least:.6f}")
    sheet.trusted = False
    return failed(
        "determinism",
        f"{sheet.who} gives the same text a new vector each time",
        "Look for dropout, sampling or a random projection that is still switched on; until then no score means "
        "anything. Choose another model meanwhile.",
        f"cosine {least:.3f} between two of them",
    )


def batch(sheet: Sheet) -> Probe:
    """Look for the vector of a text asked alone anywhere among those of two batches, so that order plays no part."""
    least, text = 1.0, ""
    for name, rows in _batches(sheet).items():
        for one in _ALONE:
            near = max(cosine(_alone(sheet)[one], row) for row in rows)
            if near < least:
                least, text = near, f"“{one}” in {name}"
    if least >= SAME:
        return passed("batch", "A text has the same vector alone and in company")
    sheet.trusted = False
    return failed(
        "batch",
        f"{sheet.who} gives a text another vector in company than alone",
        "Its padding is read as text, or the batch is quantised as a whole. Set batch_size=1, or update it, or choose "
        "another model.",
        f"cosine {least:.3f} for {text}",
    )


def order(sheet: Sheet) -> Probe:
    """Hold each text asked alone to the row at its own place, and the same texts backwards to each other."""
    batches = _batches(sheet)
    straight = batches["the same batch"]
    wrong = sum(not _own(_alone(sheet)[text], straight, ALL.index(text)) for text in _ALONE)
    backwards = batches["a batch in another order"]
    for row, text in enumerate(reversed(LOOKED_AT)):
        wrong += not _own(backwards[row], straight, ALL.index(text))
    asked = len(_ALONE) + len(LOOKED_AT)
    if not wrong:
        return passed("order", "The vectors come in the order of the texts")
    sheet.trusted = False
    return failed(
        "order",
        f"{sheet.who} mixes up the order of vectors",
        "Set batch_size=1, which leaves nothing to mix up, or choose another model.",
        f"{wrong} of {asked} stand beside the text of another",
    )


def norm(sheet: Sheet) -> Probe:
    """Measure the length of vectors; a model that says it does not bring them to unit length need not."""
    rows = np.stack([sheet.vector(text) for text in (ALL if sheet.trusted else PLAIN)])
    lengths = np.linalg.norm(rows, axis=1)
    span = f"{lengths.min():.4g} to {lengths.max():.4g}"
    if np.abs(lengths - 1).max() <= _UNIT:
        return passed("norm", "The vectors are of unit length", f"{lengths.min():.4f} to {lengths.max():.4f}")
    if sheet.said.get("normalised") is False:
        return passed("norm", "The vectors are not brought to unit length, as the model says", span)
    return failed(
        "norm",
        "The vectors are not of unit length",
        "Search by cosine, which does not mind; by dot product or distance longer vectors come first. Most models have "
        "an option to normalise.",
        span,
    )


def _own(vector: np.ndarray, rows: np.ndarray, place: int) -> bool:
    """Say whether no row is nearer to a vector than the one at its place."""
    near = rows @ vector / (np.linalg.norm(rows, axis=1) * np.linalg.norm(vector))
    return bool(near[place] >= near.max() - _ROUNDING)


def _batches(sheet: Sheet) -> dict[str, np.ndarray]:
    if not sheet.steady:
        raise NotAsked("The same text twice gives two vectors here, so that company and order cannot be told from it")
    try:
        return {"the same batch": sheet.together(), "a batch in another order": _backwards(sheet)}
    except STOPS:
        raise
    except ModelError as error:
        raise NotAsked("Its reply to several texts at once cannot be used") from error


def _backwards(sheet: Sheet) -> np.ndarray:
    return sheet.once("backwards", lambda: sheet.ask(LOOKED_AT[::-1]))


def _alone(sheet: Sheet) -> dict[str, np.ndarray]:
    return sheet.once("alone", lambda: {text: sheet.ask([text])[0] for text in _ALONE})
