"""Lists of texts, and of documents made by us, LlamaIndex or LangChain (neither of which is imported)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from workbench.corpus.clean import clean_text, flat_metadata
from workbench.corpus.formats import format_of
from workbench.corpus.identity import free_name
from workbench.corpus.local_paths import PATH_KEYS, without_local_paths
from workbench.records import Document, FileReport

__all__ = ["is_document", "read_objects", "read_texts"]


def is_document(value: object) -> bool:
    """Tell a document: ours, or one with `page_content` (LangChain), or with an id and a text (LlamaIndex)."""
    if isinstance(value, Document) or hasattr(value, "page_content"):
        return True
    node = _node(value)
    return hasattr(node, "get_content") or (hasattr(node, "text") and (hasattr(node, "id_") or hasattr(node, "doc_id")))


def read_texts(texts: Sequence[str], check: Callable[[], None]) -> tuple[list[Document], list[FileReport]]:
    """Make a document of each text; its id is its position, from 0."""
    if not texts:
        return [], [FileReport("list", "skipped", "an empty list")]
    named = [Document(str(place), clean_text(text), f"Text {place}") for place, text in enumerate(texts)]
    return _finish(named, check)


def read_objects(objects: Sequence[object], check: Callable[[], None]) -> tuple[list[Document], list[FileReport]]:
    """Keep ids and metadata; a document without an id gets its position.

    An id that was there before becomes `id~2`, `id~3`, ..., and the report says so. Only the text is embedded, never
    the metadata. Of absolute paths, which loaders such as LlamaIndex's SimpleDirectoryReader leave in metadata
    (`file_path`) and ids, the part below the common folder of all documents stays, and becomes `source`.
    """
    read = [_as_document(value, place) for place, value in enumerate(objects)]
    return _finish(without_local_paths(read), check)


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


def _finish(documents: Sequence[Document], check: Callable[[], None]) -> tuple[list[Document], list[FileReport]]:
    taken: dict[str, int] = {}
    read, reports = [], []
    for place, document in enumerate(documents):
        if place % 1000 == 0:
            check()
        name = clean_text(document.id)
        if not document.text.strip():
            reports.append(FileReport(name, "skipped", "empty"))
            continue
        free = free_name(name, taken)
        said = "" if free == name else f"the id {name!r} was there before"
        finished = _document(free, document)
        read.append(finished)
        reports.append(FileReport(free, "loaded", said, len(finished.text)))
    return read, reports


def _document(name: str, document: Document) -> Document:
    metadata = flat_metadata(document.metadata)
    source = next((str(metadata[key]) for key in PATH_KEYS if metadata.get(key)), name)
    path = PurePosixPath(source)
    folder = {"folder": path.parts[0]} if len(path.parts) > 1 and format_of(source) and "://" not in source else {}
    metadata = {"source": source, "format": format_of(source) or "text", **folder, **metadata}
    title = clean_text(document.title) or path.name or name
    return Document(name, clean_text(document.text), title, metadata)
