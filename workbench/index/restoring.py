"""The record's copy of the chunks, compared with the chunks themselves, and written again where it is another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.index.record import Record
from workbench.index.rows import COLUMNS, Collection, Row, columns_of

__all__ = ["bring_up", "restore"]

_PART = 500
"""Rows compared at a time."""


def bring_up(record: Record, collection: Collection, rows: Sequence[Row]) -> None:
    """Write the rows that are new or have changed, and take out those that are gone.

    Parameters
    ----------
    record
        The store's record, writable.
    collection, rows
        All chunks of a collection, in order; their vectors are known.
    """
    before = record.stored(collection.name)
    fresh = [row for row in rows if before.get(row.chunk.id) != (row.key, row.stamp)]
    if fresh or not before:
        record.write_rows(collection, fresh)
    gone = before.keys() - {row.chunk.id for row in rows}
    if gone and record.remove_rows(collection.name, sorted(gone)) < len(gone):
        _write_all(record, collection, rows)  # a damaged id is found under no name


def restore(record: Record, collection: Collection, rows: Sequence[Row]) -> bool:
    """See that what `bring_up` has written is there to the letter; tells whether it had to be written again.

    Digests of a row leave out its text, which is long. Whoever hands the texts on has to compare them.
    """
    counted: list[Any] = record.query("SELECT count(*) FROM chunks WHERE collection = ?", (collection.name,))
    same = counted[0][0] == len(rows) and all(
        _same(record, collection.name, rows[start : start + _PART]) for start in range(0, len(rows), _PART)
    )
    if not same:
        _write_all(record, collection, rows)
    return not same


def _same(record: Record, collection: str, rows: Sequence[Row]) -> bool:
    wanted = {values[0]: values for values in map(columns_of, rows)}
    marks = ", ".join("?" * len(wanted))
    found: list[Any] = record.query(
        f"SELECT {COLUMNS} FROM chunks WHERE collection = ? AND id IN ({marks})",  # noqa: S608
        (collection, *wanted),
    )
    return {values[0]: values for values in found} == wanted


def _write_all(record: Record, collection: Collection, rows: Sequence[Row]) -> None:
    record.execute("DELETE FROM chunks WHERE collection = ?", [(collection.name,)])
    record.write_rows(collection, rows)
