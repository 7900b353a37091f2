"""Map layouts kept with the record: plain bytes of float32, no pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from workbench.index.fingerprint import canonical
from workbench.index.record import Record
from workbench.records import Projection

__all__ = ["load_layout", "save_layout"]


def save_layout(record: Record, collection: str, parameters: Mapping[str, object], layout: Projection) -> None:
    """Store a layout for a collection under what it was asked to be."""
    record.execute(
        "INSERT OR REPLACE INTO layouts VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            collection,
            canonical(parameters),
            layout.method,
            json.dumps(layout.ids),
            layout.coordinates.shape[1],
            layout.coordinates.astype("<f4").tobytes(),
            layout.trust,
        ),
    )


def load_layout(record: Record, collection: str, parameters: Mapping[str, object]) -> Projection | None:
    """Give the stored layout, or None where there is none or its bytes do not fit its ids."""
    found = record.query(
        "SELECT method, ids, dimensions, coordinates, trust FROM layouts WHERE collection = ? AND parameters = ?",
        (collection, canonical(parameters)),
    )
    if not found:
        return None
    method, ids, dimensions, coordinates, trust = found[0]
    names = tuple(json.loads(str(ids)))
    numbers = np.frombuffer(coordinates, dtype="<f4")  # type: ignore[call-overload]
    if len(numbers) != len(names) * int(str(dimensions)):
        return None
    shape = (len(names), int(str(dimensions)))
    return Projection(names, numbers.reshape(shape), method, dict(parameters), trust)  # type: ignore[arg-type]
