"""DataFrames: a document a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.corpus.clean import Scalar, clean_text, flat_metadata, flat_value
from workbench.corpus.identity import free_name
from workbench.corpus.local_paths import without_local_paths
from workbench.errors import InputError
from workbench.records import Document, FileReport

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_frame", "is_frame", "read_frame"]

_NAMED = 5
"""Columns or ids that a message names."""


def is_frame(source: object) -> bool:
    """Tell a pandas DataFrame without importing pandas: whoever has one has imported it."""
    return any(
        kind.__name__ == "DataFrame" and kind.__module__.partition(".")[0] == "pandas" for kind in type(source).__mro__
    )


def check_frame(frame: pd.DataFrame) -> Hashable:
    """Give the name of the text column: `text`, else the only one of strings; without rows any will do.

    Raises
    ------
    InputError
        There is no such column, or the ids (the column `id`, else the index) are not unique.
    """
    if not len(frame):
        return ""
    column = _text_column(frame)
    ids = _ids(frame)
    where = "column `id`" if "id" in frame.columns else "index"
    without = [row for row, name in enumerate(ids) if name is None]
    if without:
        raise InputError(
            f"The {where} of the DataFrame has no value in {len(without)} rows (the first is row {without[0]}). Every "
            "document needs an id; drop these rows, or the column `id`."
        )
    twice = [one for one, times in Counter(ids).items() if times > 1]
    if twice:
        raise InputError(
            f"The {where} of the DataFrame has {len(twice)} values more than once: {_some(twice)}. Every document "
            "needs an id of its own; drop the duplicates, or call .reset_index(drop=True) on a frame without `id`."
        )
    return column


def read_frame(frame: pd.DataFrame, check: Callable[[], None]) -> tuple[list[Document], list[FileReport]]:
    """Make a document of each row: `text` and `id` as `check_frame` finds them, all other columns metadata.

    Absolute paths are cut as those in documents of other libraries are.
    """
    column = check_frame(frame)
    if not len(frame):
        return [], [FileReport("DataFrame", "skipped", "a DataFrame without rows")]
    others = [name for name in frame.columns if name not in (column, "id")]
    values = [frame[name].tolist() for name in others]
    given, left = [], {}
    for row, (name, text) in enumerate(zip(_ids(frame), frame[column].tolist(), strict=True)):
        if row % 1000 == 0:
            check()
        if isinstance(text, str) and text.strip():
            columns = zip(others, (one[row] for one in values), strict=True)
            given.append(_document(str(name), text, flat_metadata(dict(columns))))
        else:
            left[row] = FileReport(str(name), "skipped", _without_text(text, column))
    documents = _named(without_local_paths(given))
    read = (FileReport(one.id, "loaded", "", len(one.text)) for one in documents)
    return documents, [left.get(row) or next(read) for row in range(len(frame))]


def _document(name: str, text: str, columns: dict[str, Scalar]) -> Document:
    metadata = {"source": name, "format": "table", **columns}
    title = str(metadata.get("title", metadata.get("name", name)))
    return Document(name, clean_text(text), title, metadata)


def _named(documents: list[Document]) -> list[Document]:
    taken: dict[str, int] = {}
    return [replace(document, id=free_name(document.id, taken)) for document in documents]


def _text_column(frame: pd.DataFrame) -> Hashable:
    if not frame.columns.is_unique:
        raise InputError(f"The DataFrame has columns of the same name: {_some(frame.columns)}. Rename them.")
    if "text" in frame.columns:
        return "text"
    strings = [name for name in frame.columns if name != "id" and _holds_strings(frame[name])]
    if len(strings) == 1:
        return strings[0]
    found = f"{len(strings)} columns of strings ({_some(strings)})" if strings else "no column of strings"
    raise InputError(
        f"The DataFrame has {found} and none named `text`; its columns are {_some(frame.columns)}. Rename the one that "
        "holds the text: frame.rename(columns={'...': 'text'})."
    )


def _holds_strings(column: pd.Series) -> bool:
    if column.dtype.kind in "biufcmM" or column.dtype.name == "category":
        return False
    given = column.dropna()
    return not given.empty and all(isinstance(value, str) for value in given)


def _ids(frame: pd.DataFrame) -> list[str | None]:
    values = (flat_value(value) for value in (frame["id"] if "id" in frame.columns else frame.index))
    return [None if value is None else clean_text(str(value)) for value in values]


def _without_text(value: object, column: object) -> str:
    if isinstance(value, str):
        return "empty"
    if flat_value(value) is None:
        return f"no value in the column {column!r}"
    return f"the column {column!r} holds a {type(value).__name__}, not a text"


def _some(names: object) -> str:
    listed = [repr(name) for name in names]  # type: ignore[attr-defined]
    return ", ".join(listed[:_NAMED]) + (f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else "")
