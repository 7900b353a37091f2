"""Lists of texts, and of documents made by us, LlamaIndex or LangChain (neither of which is imported)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath

from workbench.corpus.clean import clean_text, flat_metadata
from workbench.corpus.formats import format_of
from workbench.records import Document, FileReport

__all__ = ["is_document", "read_objects", "read_texts"]

_PATHS = ("source", "file_path", "path", "filepath", "filename", "file_name")
"""Metadata in which loaders keep the file's path."""


def is_document(value: object) -> bool:
    """Tell a document: ours, or one with `page_content` (LangChain), or with an id and a text (LlamaIndex)."""
    if isinstance(value, Document) or hasattr(value, "page_content"):
        return True
    node = _node(value)
    return hasattr(node, "get_content") or (hasattr(node, "text") and (hasattr(node, "id_") or hasattr(node, "doc_id")))


def read_texts(texts: Sequence[str], check: Callable[[], None]) -> tuple[list[Document], list[FileReport]]:
    """Make a document of each text; its id is its position, from 0."""
    named = [Document(str(place), clean_text(text), f"Text {place}") for place, text in enumerate(texts)]
    return _finish(named, check)


def read_objects(objects: Sequence[object], check: Callable[[], None]) -> tuple[list[Document], list[FileReport]]:
    """Keep ids and metadata; a document without an id gets its position.

    An id that was there before becomes `id~2`, `id~3`, ..., and the report says so. Where loaders put absolute paths
    into ids or metadata, only the part below their common folder stays.
    """
    read = [_as_document(value, place) for place, value in enumerate(objects)]
    return _finish(_below_common_folder(read), check)


def _node(value: object) -> object:
    # A NodeWithScore wraps its node.
    return getattr(value, "node", value)


def _as_document(value: object, place: int) -> Document:
    if isinstance(value, Document):
        return value
    if hasattr(value, "page_content"):
        name, text = getattr(value, "id", None), value.page_content
        metadata = getattr(value, "metadata", None)
    else:
        node = _node(value)
        name = next((found for key in ("doc_id", "id_", "node_id") if (found := getattr(node, key, None))), None)
        text = node.text if isinstance(getattr(node, "text", None), str) else node.get_content()  # type: ignore[attr-defined]
        metadata = getattr(node, "metadata", None)
    values = flat_metadata(metadata) if isinstance(metadata, Mapping) else {}
    text = text if isinstance(text, str) else ""
    return Document(str(place) if name is None else str(name), text, str(values.get("title", "")), values)


def _below_common_folder(documents: list[Document]) -> list[Document]:
    paths = [path for document in documents for key in _PATHS if (path := _absolute(document.metadata.get(key)))]
    if not paths:
        return documents
    parts = [path.parent.parts for path in paths]
    common = 0
    while all(len(one) > common and one[common] == parts[0][common] for one in parts):
        common += 1
    return [_relative(document, common, set(map(str, paths))) for document in documents]


def _absolute(value: object) -> PurePosixPath | PureWindowsPath | None:
    if isinstance(value, str) and "\n" not in value and "://" not in value:
        for kind in (PurePosixPath, PureWindowsPath):
            if kind(value).is_absolute():
                return kind(value)
    return None


def _relative(document: Document, common: int, known: set[str]) -> Document:
    def below(value: str) -> str:
        path = _absolute(value)
        return "/".join(path.parts[common:]) if path else value

    metadata = {
        key: below(value) if key in _PATHS and isinstance(value, str) else value
        for key, value in document.metadata.items()
    }
    # LlamaIndex's reader can use the path as id, with `_part_0` behind it for pages.
    name = below(document.id) if any(document.id.startswith(path) for path in known) else document.id
    return Document(name, document.text, document.title, metadata)


def _finish(documents: Sequence[Document], check: Callable[[], None]) -> tuple[list[Document], list[FileReport]]:
    taken: set[str] = set()
    read, reports = [], []
    for place, document in enumerate(documents):
        if place % 1000 == 0:
            check()
        name = clean_text(document.id)
        if not document.text.strip():
            reports.append(FileReport(name, "skipped", "empty"))
            continue
        free = _free(name, taken)
        taken.add(free)
        said = "" if free == name else f"the id {name!r} was there before"
        finished = _document(free, document)
        read.append(finished)
        reports.append(FileReport(free, "loaded", said, len(finished.text)))
    return read, reports


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}~{number}"
    return free


def _document(name: str, document: Document) -> Document:
    metadata = flat_metadata(document.metadata)
    source = next((str(metadata[key]) for key in _PATHS if metadata.get(key)), name)
    metadata = {"source": source, "format": format_of(source) or "text", **metadata}
    title = clean_text(document.title) or PurePosixPath(source).name or name
    return Document(name, clean_text(document.text), title, metadata)
