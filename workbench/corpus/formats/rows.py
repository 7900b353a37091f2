"""Rows of tables as documents."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.corpus.clean import flat_metadata
from workbench.corpus.formats.base import Part

__all__ = ["row_part"]

_LONGEST_TITLE = 100
"""Characters; a longer first value is text rather than a name."""
_TITLES = ("title", "name")


def row_part(number: int, row: Mapping[str, object]) -> Part | None:
    """Make a document of a row.

    Parameters
    ----------
    number
        The row's, from 1: the key of its id, and its metadata `row`.
    row
        Values by column. The text is the column `text`, else a line `name: value` for each column that has a value;
        the title is `title`, `name`, or the first value if it is short. All but the text is metadata, a column `row`
        under `column.row`.

    Returns
    -------
    Part or None
        None for a row without text.
    """
    values = {name: value for name, value in flat_metadata(row).items() if not isinstance(value, str) or value.strip()}
    column = next((name for name in values if name.lower() == "text"), None)
    if column is None and any(name.lower() == "text" for name in row):
        return None
    text = str(values.pop(column)) if column else "\n".join(f"{name}: {value}" for name, value in values.items())
    if not text.strip():
        return None
    metadata = {"column.row" if name == "row" else name: value for name, value in values.items()}
    return Part(text, _title(values), str(number), {**metadata, "row": number})


def _title(values: Mapping[str, object]) -> str:
    named = {name.lower(): str(value) for name, value in values.items()}
    first = next(iter(named.values()), "")
    title = next((named[name] for name in _TITLES if name in named), first if len(first) <= _LONGEST_TITLE else "")
    return " ".join(title.split())
