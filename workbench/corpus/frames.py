"""DataFrames: a document a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from workbench.corpus.clean import clean_text, flat_metadata, flat_value
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
    """Give the name of the text column: `text`, else the only one of strings.

    Raises
    ------
    InputError
        There is no such column, or the ids (the column `id`, else the index) are not unique.
    """
    column = _text_column(frame)
    ids = _ids(frame)
    twice = [one for one, times in Counter(ids).items() if times > 1]
    if twice:
        where = "column `id`" if "id" in frame.columns else "index"
        raise InputError(
            f"The {where} of the DataFrame has {len(twice)} values more than once: {_some(twice)}. Every document "
            "needs an id of its own; drop the duplicates, or call .reset_index(drop=True) on a frame without `id`."
        )
    return column


def read_frame(frame: pd.DataFrame, check: Callable[[], None]) -> tuple[list[Document], list[FileReport]]:
    """Make a document of each row: `text` and `id` as `check_frame` finds them, all other columns metadata."""
    column = check_frame(frame)
    others = [name for name in frame.columns if name not in (column, "id")]
    values = [frame[name].tolist() for name in others]
    documents, reports = [], []
    for row, (name, text) in enumerate(zip(_ids(frame), frame[column].tolist(), strict=True)):
        if row % 1000 == 0:
            check()
        if not isinstance(text, str) or not text.strip():
            reports.append(FileReport(name, "skipped", _without_text(text, column)))
            continue
        metadata = {
            "source": name,
            "format": "table",
            **flat_metadata(dict(zip(others, (one[row] for one in values), strict=True))),
        }
        document = Document(name, clean_text(text), _title(metadata, name), metadata)
        documents.append(document)
        reports.append(FileReport(name, "loaded", "", len(document.text)))
    return documents, reports


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


def _ids(frame: pd.DataFrame) -> list[str]:
    values = frame["id"] if "id" in frame.columns else frame.index
    return [clean_text(str(flat_value(value))) for value in values]


def _title(metadata: dict[str, str | int | float | bool], name: str) -> str:
    return str(metadata.get("title", metadata.get("name", name)))


def _without_text(value: object, column: object) -> str:
    if isinstance(value, str):
        return "empty"
    if flat_value(value) is None:
        return f"no value in the column {column!r}"
    return f"the column {column!r} holds a {type(value).__name__}, not a text"


def _some(names: object) -> str:
    listed = [repr(name) for name in names]  # type: ignore[attr-defined]
    return ", ".join(listed[:_NAMED]) + (f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else "")
