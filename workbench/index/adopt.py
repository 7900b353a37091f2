"""Vectors of another engine version: used again if the engines agree, left alone if they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.index.fingerprint import canonical, fingerprint_id, text_key
from workbench.index.record import Collection, Record
from workbench.index.validation import check_vectors
from workbench.protocols import EmbeddingModel

__all__ = ["adopt"]

_SAMPLE = 16
_AGREEMENT = 0.9999
"""Least cosine between the two engines' vectors of one text."""
_COPIED = 1024


def adopt(record: Record, model: EmbeddingModel, collection: Collection, sent: Sequence[str]) -> int:
    """Copy vectors of the same model on another engine version, if 16 of them come out the same today.

    A key holds the fingerprint, and a fingerprint the engine; so adopting is storing the old vector under the new
    key. That it was adopted, and from which fingerprint, is noted with the model.

    Parameters
    ----------
    record
        The store's record, writable.
    model
        Embeds the sample.
    collection
        Its fingerprint is the new one.
    sent
        The exact strings of the documents.

    Returns
    -------
    int
        Vectors adopted; 0 where there was nothing to adopt or the engines differ.
    """
    others = [one for one in record.models() if _differs_in_engine_alone(one, collection.fingerprint)]
    if not others:
        return 0
    new = fingerprint_id(collection.fingerprint)
    wanted = list(dict.fromkeys(sent))
    known = record.known(new, [text_key(new, "document", text) for text in wanted])
    wanted = [text for text, has in zip(wanted, known, strict=True) if not has]
    adopted = 0
    for other in others:
        old = fingerprint_id(other)
        held = record.known(old, [text_key(old, "document", text) for text in wanted])
        texts = [text for text, has in zip(wanted, held, strict=True) if has]
        if texts and _agree(record, model, old, texts):
            _copy(record, collection.fingerprint, old, texts)
            wanted = [text for text, has in zip(wanted, held, strict=True) if not has]
            adopted += len(texts)
    return adopted


def _differs_in_engine_alone(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    without = [canonical({**values, "engine": ""}) for values in (one, other)]
    return without[0] == without[1] and one.get("engine") != other.get("engine")


def _agree(record: Record, model: EmbeddingModel, old: str, texts: Sequence[str]) -> bool:
    sample = [texts[at] for at in np.linspace(0, len(texts) - 1, min(_SAMPLE, len(texts))).astype(int)]
    before = record.vectors(old, [text_key(old, "document", text) for text in sample])
    parts = [sample[start : start + model.batch_size] for start in range(0, len(sample), model.batch_size)]
    now = np.concatenate([check_vectors(model.embed(part, "document"), part, model) for part in parts])
    if now.shape != before.shape:
        return False
    cosines = (before * now).sum(axis=1) / (np.linalg.norm(before, axis=1) * np.linalg.norm(now, axis=1))
    return bool(cosines.min() >= _AGREEMENT)


def _copy(record: Record, fingerprint: Mapping[str, object], old: str, texts: Sequence[str]) -> None:
    new = fingerprint_id(fingerprint)
    for start in range(0, len(texts), _COPIED):
        part = texts[start : start + _COPIED]
        vectors = np.array(record.vectors(old, [text_key(old, "document", text) for text in part]))
        record.commit_batch(fingerprint, [text_key(new, "document", text) for text in part], vectors, adopted=old)
