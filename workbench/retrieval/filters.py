"""Which chunks may be found: by metadata and by id."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import numpy as np

from workbench.errors import InputError
from workbench.records import Chunk

__all__ = ["Columns", "field_of", "matching"]


def field_of(chunk: Chunk, name: str) -> object:
    """Give a chunk's value of a field: a metadata field, or `document` and `id`; None where it has none."""
    if name in ("document", "id"):
        return getattr(chunk, name)
    return chunk.metadata.get(name)


class Columns:
    """The values of chunks by field, numbered once, so that a filter looks at numbers.

    Parameters
    ----------
    chunks
        n chunks.
    """

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.chunks = chunks
        self._numbered: dict[str, tuple[np.ndarray, dict[object, int]]] = {}

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The chunks' ids."""
        return tuple(chunk.id for chunk in self.chunks)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Id to row."""
        return {name: row for row, name in enumerate(self.ids)}

    def numbered(self, name: str) -> tuple[np.ndarray, dict[object, int]]:
        """Give a field as int32 (n,) and the number of each value; -1 where a chunk has none.

        Raises
        ------
        InputError
            No chunk has the field.
        """
        if name not in self._numbered:
            values: dict[object, int] = {}
            found = (field_of(chunk, name) for chunk in self.chunks)
            numbers = np.fromiter(
                (-1 if value is None else values.setdefault(value, len(values)) for value in found),
                dtype=np.int32,
                count=len(self.chunks),
            )
            if self.chunks and not values:
                raise InputError(f"No chunk has a field {name!r} to filter by; there are: {', '.join(self._fields())}.")
            self._numbered[name] = (numbers, values)
        return self._numbered[name]

    def has(self, name: str, value: object) -> np.ndarray:
        """Tell which chunks have a value, or one of several, in a field: bool (n,)."""
        numbers, values = self.numbered(name)
        wanted = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
        return np.isin(numbers, [number for known, number in values.items() if known in wanted])

    def inside(self, within: Collection[str]) -> np.ndarray:
        """Tell which chunks have one of these ids: bool (n,).

        Raises
        ------
        InputError
            An id that is not there.
        """
        unknown = set(within) - self.rows.keys()
        if unknown:
            raise InputError(
                f"{len(unknown)} of the {len(set(within))} chunk ids in `within` are not in the corpus, such as "
                f"{min(unknown)!r}. Ids look like {(self.ids or ('document.md:0',))[0]!r}; see wb.chunks."
            )
        found = np.zeros(len(self.chunks), dtype=bool)
        found[[self.rows[one] for one in within]] = True
        return found

    def _fields(self) -> list[str]:
        return sorted({field for chunk in self.chunks for field in chunk.metadata} | {"document", "id"})


def matching(
    chunks: Sequence[Chunk] | Columns, where: Mapping[str, object] | None, within: Collection[str] | None
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
    columns = chunks if isinstance(chunks, Columns) else Columns(chunks)
    passes: dict[str, np.ndarray] = {}
    if where:
        passes["filter"] = np.logical_and.reduce([columns.has(name, value) for name, value in where.items()])
    if within is not None:
        passes["selection"] = columns.inside(within)
    return passes
