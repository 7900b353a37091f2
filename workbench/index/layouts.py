"""Pictures and neighbourhoods kept with the record: JSON and plain bytes of numbers, no pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from workbench.index.fingerprint import canonical
from workbench.index.record import Record
from workbench.records import Neighbours, Projection

__all__ = ["Stored", "load_layout", "load_neighbours", "save_layout", "save_neighbours"]

KEY = 32
"""Bytes of a vector's key."""
_TYPES = {"f": "<f4", "i": "<i4", "b": "|b1"}
_SEAL = "seal"
_NEIGHBOURS = {"kind": "neighbours"}
_LAYOUT_ARRAYS = ("coordinates", "mean", "components", "kept", "placed")


@dataclass(frozen=True, eq=False)
class Stored:
    """A picture as it was saved, and the keys of the vectors that it shows, in the order of its ids.

    The same ids are not enough: a chunk whose text has changed keeps its id, and belongs elsewhere.
    """

    layout: Projection
    keys: tuple[bytes, ...]

    def changed(self, ids: Sequence[str], keys: Sequence[bytes]) -> set[str]:
        """Give the ids that are in the picture with another vector than that of their key now."""
        before = dict(zip(self.layout.ids, self.keys, strict=True))
        return {name for name, key in zip(ids, keys, strict=True) if before.get(name, key) != key}


def save_layout(
    record: Record, collection: str, parameters: Mapping[str, object], layout: Projection, keys: Sequence[bytes]
) -> None:
    """Store a picture under what it was asked to be, with the keys of the vectors it was made from."""
    about = {"method": layout.method, "parameters": dict(layout.parameters), "trust": layout.trust}
    arrays = {name: getattr(layout, name) for name in _LAYOUT_ARRAYS}
    _save(record, collection, {"kind": "layout", **parameters}, layout.ids, keys, about, arrays)


def load_layout(record: Record, collection: str, parameters: Mapping[str, object]) -> Stored | None:
    """Give a stored picture; None where there is none or it is damaged."""
    found = _load(record, collection, {"kind": "layout", **parameters})
    if found is None:
        return None
    about, keys, arrays = found
    try:
        coordinates = arrays.pop("coordinates")
        ids = tuple(about["ids"])
        if coordinates.shape not in ((len(keys), 2), (len(keys), 3)) or not _fitting(ids, arrays):
            return None
        layout = Projection(ids, coordinates, about["method"], about["parameters"], about["trust"], **arrays)
        return Stored(layout, keys)
    except (AttributeError, KeyError, TypeError):
        return None


def _fitting(ids: Sequence[object], arrays: Mapping[str, np.ndarray]) -> bool:
    """Tell whether ids are texts, and what is said of each point is said of all."""
    each = [arrays[name] for name in ("kept", "placed") if name in arrays]
    return all(isinstance(one, str) for one in ids) and all(array.shape == (len(ids),) for array in each)


def save_neighbours(record: Record, collection: str, neighbours: Neighbours, keys: Sequence[bytes]) -> None:
    """Store the neighbours of a collection's chunks, with the keys of their vectors."""
    arrays = {"indices": neighbours.indices, "distances": neighbours.distances}
    _save(record, collection, _NEIGHBOURS, neighbours.ids, keys, {}, arrays)


def load_neighbours(record: Record, collection: str) -> tuple[Neighbours, tuple[bytes, ...]] | None:
    """Give stored neighbours and the keys of the vectors they were found among; None where there are none."""
    found = _load(record, collection, _NEIGHBOURS)
    if found is None:
        return None
    about, keys, arrays = found
    try:
        shape = arrays["indices"].shape
        if len(shape) != 2 or shape[0] != len(keys) or arrays["distances"].shape != shape:
            return None
        return Neighbours(tuple(about["ids"]), arrays["indices"], arrays["distances"]), keys
    except KeyError:
        return None


def _save(
    record: Record,
    collection: str,
    parameters: Mapping[str, object],
    ids: Sequence[str],
    keys: Sequence[bytes],
    about: Mapping[str, object],
    arrays: Mapping[str, np.ndarray | None],
) -> None:
    given = {name: array for name, array in arrays.items() if array is not None}
    shapes = [[name, array.dtype.kind, list(array.shape)] for name, array in given.items()]
    content = b"".join(_bytes(array) for array in given.values())
    joined = b"".join(keys)
    told = {**about, "ids": list(ids), "arrays": shapes, "digest": _digest(joined, content)}
    described = json.dumps({**told, _SEAL: _seal(told)})
    row = (collection, canonical(parameters), described, joined, content)
    statement = "INSERT OR REPLACE INTO pictures (collection, parameters, about, keys, content) VALUES (?, ?, ?, ?, ?)"
    record.execute(statement, [row])


def _load(
    record: Record, collection: str, parameters: Mapping[str, object]
) -> tuple[dict[str, Any], tuple[bytes, ...], dict[str, np.ndarray]] | None:
    if not record.query("SELECT 1 FROM sqlite_master WHERE name = 'pictures'"):
        return None  # a record from before there were any, open to be read alone
    found: list[Any] = record.query(
        "SELECT about, keys, content FROM pictures WHERE collection = ? AND parameters = ?",
        (collection, canonical(parameters)),
    )
    if not found:
        return None
    described, joined, content = found[0]
    try:
        about = json.loads(described)
        seal = _seal(about)
        if about.pop(_SEAL, seal) != seal:  # pictures from before there was one are taken as they are
            return None
        if about["digest"] != _digest(joined, content) or len(joined) != KEY * len(about["ids"]):
            return None
        keys = tuple(joined[at : at + KEY] for at in range(0, len(joined), KEY))
        return about, keys, _arrays(about["arrays"], content)
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError):
        return None


def _bytes(array: np.ndarray) -> bytes:
    return np.ascontiguousarray(array, dtype=_TYPES[array.dtype.kind]).tobytes()


def _arrays(shapes: Sequence[tuple[str, str, list[int]]], content: bytes) -> dict[str, np.ndarray]:
    found, at = {}, 0
    for name, kind, shape in shapes:
        size = int(np.prod(shape, dtype=np.int64))
        found[name] = np.frombuffer(content, dtype=_TYPES[kind], count=size, offset=at).reshape(shape)
        at += found[name].nbytes
    return found


def _seal(about: Mapping[str, Any]) -> str:
    """Give a digest of what is said of a picture: a changed byte could make its trust another one."""
    return _digest(json.dumps({name: value for name, value in about.items() if name != _SEAL}).encode())


def _digest(*parts: bytes) -> str:
    total = sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()
