"""Documents that are in memory already: texts, tables, and other libraries' documents."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import InputError
from workbench.records import Document, FileReport

__all__ = ["flat", "read_documents", "read_frame", "read_texts"]

_TITLE = 80

Read = tuple[list[Document], list[FileReport]]


def read_texts(texts: Sequence[str]) -> Read:
    """Make a document of each text; its id is its position."""
    return _collect((str(position), text, "", {}) for position, text in enumerate(texts))


def read_frame(frame: Any) -> Read:
    """Make a document of each row of a DataFrame.

    The id is that of an `id` column, else the index; the text that of a `text` column, else of the only column of
    strings; the other columns are metadata.

    Raises
    ------
    InputError
        No or several columns could be the text, or ids occur twice.
    """
    column = _text_column(frame)
    ids = [str(one) for one in (frame["id"] if "id" in frame.columns else frame.index)]
    _check_unique(ids)
    others = [name for name in frame.columns if name not in ("id", column)]
    values = {name: frame[name].tolist() for name in others}
    texts = frame[column].tolist()
    return _collect(
        (identity, texts[row], "", {str(name): values[name][row] for name in others})
        for row, identity in enumerate(ids)
    )


def read_documents(items: Sequence[Any]) -> Read:
    """Take over documents of the workbench, LlamaIndex or LangChain, with their ids and metadata.

    Where an id occurs more than once, or is missing, the position is used for it.
    """
    ids = [_id_of(item) for item in items]
    counts = Counter(ids)
    unique = [one if one and counts[one] == 1 else str(position) for position, one in enumerate(ids)]
    _check_unique(unique)
    return _collect(
        (unique[position], _text_of(item), getattr(item, "title", ""), getattr(item, "metadata", None) or {})
        for position, item in enumerate(items)
    )


def flat(metadata: Mapping[Any, Any]) -> dict[str, str | int | float | bool]:
    """Give metadata with plain values: None and NaN are dropped, what is not plain becomes text."""
    found: dict[str, str | int | float | bool] = {}
    for name, value in metadata.items():
        plain = value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value
        if plain is None or (isinstance(plain, float) and not math.isfinite(plain)) or str(plain) in ("NaT", "<NA>"):
            continue
        found[str(name)] = plain if isinstance(plain, (str, int, float, bool)) else str(plain)
    return found


def _collect(rows: Iterable[tuple[str, Any, str, Mapping[Any, Any]]]) -> Read:
    documents: list[Document] = []
    files: list[FileReport] = []
    for identity, text, title, metadata in rows:
        if not isinstance(text, str):
            reason = f"its text is {type(text).__name__}, not a string"
            files.append(FileReport(identity, "skipped", reason))
        elif not text.strip():
            files.append(FileReport(identity, "skipped", "empty"))
        else:
            clean = {"source": identity, "format": "text", **flat(metadata)}
            documents.append(Document(identity, text, title or _first_line(text), clean))
            files.append(FileReport(identity, "loaded", "", len(text)))
    return documents, files


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:_TITLE]


def _text_column(frame: Any) -> Any:
    if "text" in frame.columns:
        return "text"
    candidates = [
        name
        for name in frame.columns
        if name != "id" and len(frame) and all(isinstance(value, str) or _missing(value) for value in frame[name])
    ]
    if len(candidates) == 1:
        return candidates[0]
    raise InputError(
        f"The DataFrame has the columns {', '.join(map(str, frame.columns)) or '(none)'}; "
        f"{len(candidates)} of them hold text. Call the one to embed `text`: frame.rename(columns={{'...': 'text'}})."
    )


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _check_unique(ids: Sequence[str]) -> None:
    twice = [one for one, count in Counter(ids).items() if count > 1]
    if twice:
        raise InputError(
            f"{len(twice)} ids occur more than once, such as {twice[0]!r}. Give each row an id of its own: "
            "frame.reset_index(drop=True), or an `id` column without repetitions."
        )


def _id_of(item: Any) -> str:
    found = getattr(item, "doc_id", None) or getattr(item, "id_", None) or getattr(item, "id", None)
    return str(found) if found else ""


def _text_of(item: Any) -> Any:
    return item.page_content if hasattr(item, "page_content") else item.text
