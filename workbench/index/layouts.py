"""Map layouts kept with the record: plain bytes of float32 and JSON, no pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from workbench.index.fingerprint import canonical
from workbench.index.record import Record
from workbench.records import Projection

__all__ = ["load_layout", "save_layout"]


def save_layout(record: Record, collection: str, parameters: Mapping[str, object], layout: Projection) -> None:
    """Store a layout for a collection under what it was asked to be, with a digest of the vectors it was made from."""
    content = {
        "ids": layout.ids,
        "shape": layout.coordinates.shape,
        "method": layout.method,
        "parameters": dict(layout.parameters),
        "trust": None if layout.trust is None else float(layout.trust),
        "components": None if layout.components is None else layout.components.shape,
    }
    record.execute(
        "INSERT OR REPLACE INTO layouts VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                collection,
                canonical(parameters),
                _vectors(record, collection, layout.ids),
                json.dumps(content),
                _bytes(layout.coordinates),
                _bytes(layout.mean),
                _bytes(layout.components),
            ),
        ],
    )


def load_layout(record: Record, collection: str, parameters: Mapping[str, object]) -> Projection | None:
    """Give the stored layout; None where there is none, its bytes do not fit its ids, or a vector has changed since.

    The same ids are not enough: a chunk whose text has changed keeps its id, and belongs elsewhere on the map.
    """
    found: list[Any] = record.query(
        "SELECT vectors, content, coordinates, mean, components FROM layouts WHERE collection = ? AND parameters = ?",
        (collection, canonical(parameters)),
    )
    if not found:
        return None
    vectors, content, coordinates, mean, components = found[0]
    try:
        known = json.loads(content)
        names = tuple(known["ids"])
        if vectors != _vectors(record, collection, names) or known["shape"][0] != len(names):
            return None
        return Projection(
            names,
            _array(coordinates, known["shape"]),
            known["method"],
            known["parameters"],
            known["trust"],
            None if mean is None else _array(mean, [-1]),
            None if components is None else _array(components, known["components"]),
        )
    except (TypeError, ValueError, KeyError, IndexError):
        return None


def _vectors(record: Record, collection: str, ids: Sequence[str]) -> bytes:
    keys = record.stored(collection)
    return sha256(b"".join(keys.get(name, (b"", 0))[0] for name in ids)).digest()


def _bytes(array: np.ndarray | None) -> bytes | None:
    return None if array is None else np.ascontiguousarray(array, dtype="<f4").tobytes()


def _array(content: bytes, shape: Sequence[int]) -> np.ndarray:
    return np.frombuffer(content, dtype="<f4").reshape(shape)
