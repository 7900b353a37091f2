"""Which chunks may be found: by metadata and by id."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from workbench.errors import InputError
from workbench.records import Chunk

__all__ = ["field_of", "matching"]


def field_of(chunk: Chunk, name: str) -> object:
    """Give a chunk's value of a field: a metadata field, or `document` and `id`; None where it has none."""
    if name in ("document", "id"):
        return getattr(chunk, name)
    return chunk.metadata.get(name)


def matching(
    chunks: Sequence[Chunk], where: Mapping[str, object] | None, within: Collection[str] | None
) -> dict[str, np.ndarray]:
    """Tell which chunks pass each test.

    Parameters
    ----------
    chunks
        All searchable chunks, n of them.
    where
        `{"field": value}` or `{"field": [values]}`; every field must match.
    within
        Chunk ids; None for all.

    Returns
    -------
    dict
        `filter` and `selection`, each bool (n,), only for the tests that were asked for.

    Raises
    ------
    InputError
        A field that no chunk has, or an id that is not there: a filter that can never match is a mistake.
    """
    passes: dict[str, np.ndarray] = {}
    if where:
        passes["filter"] = np.logical_and.reduce([_has(chunks, name, value) for name, value in where.items()])
    if within is not None:
        wanted = set(within)
        unknown = wanted - {chunk.id for chunk in chunks}
        if unknown:
            raise InputError(
                f"{len(unknown)} of the {len(wanted)} chunk ids in `within` are not in the corpus, such as "
                f"{min(unknown)!r}. Ids look like {chunks[0].id if chunks else 'document.md:0'!r}; see wb.chunks."
            )
        passes["selection"] = np.fromiter((chunk.id in wanted for chunk in chunks), dtype=bool, count=len(chunks))
    return passes


def _has(chunks: Sequence[Chunk], name: str, value: object) -> np.ndarray:
    wanted = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
    values = [field_of(chunk, name) for chunk in chunks]
    if chunks and all(found is None for found in values):
        fields = sorted({field for chunk in chunks for field in chunk.metadata} | {"document", "id"})
        raise InputError(f"No chunk has a field {name!r} to filter by; there are: {', '.join(fields)}.")
    return np.fromiter((found is not None and found in wanted for found in values), dtype=bool, count=len(chunks))
