"""Chunks and vectors that somebody else has made, as a corpus of the workbench."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.corpus import Corpus
from workbench.corpus.clean import clean_text, flat_metadata
from workbench.corpus.local_paths import PATH_KEYS, without_local_paths
from workbench.errors import InputError
from workbench.records import Chunk, Document, FileReport, LoadReport

__all__ = ["Foreign", "corpus_of", "digest_of"]

_DOCUMENT_KEYS = ("document", "ref_doc_id", "document_id", "doc_id", *PATH_KEYS)
"""Metadata in which other tools say which document a chunk is from, the most telling first."""
_HOUSEKEEPING = ("_node_content", "_node_type")
"""Metadata that LlamaIndex's stores put beside a person's own."""
_BETWEEN = "\n\n"


@dataclass(frozen=True, eq=False)
class Foreign:
    """What a collection holds.

    Attributes
    ----------
    name
        Of the collection.
    kind
        `chroma` or `llama_index`: whose it is.
    place
        Folder, address or name that tells it from others of its name.
    metric
        `cosine`, `dot` or `euclidean`: what it compares by.
    ids, texts, metadatas
        n rows; a text is None where there is none.
    vectors
        float32 (n, d); a row of NaN where there is none.
    embedded
        n texts as they were embedded, where that is known and may differ from the text alone.
    """

    name: str
    kind: str
    place: str
    metric: str
    ids: Sequence[str]
    texts: Sequence[str | None]
    metadatas: Sequence[Mapping[str, Any]]
    vectors: np.ndarray = field(repr=False)
    embedded: Sequence[str] | None = None


def digest_of(foreign: Foreign) -> str:
    """Give 64 hex digits: SHA-256 of ids, texts and vectors."""
    whole = hashlib.sha256(json.dumps([list(foreign.ids), list(foreign.texts)]).encode())
    whole.update(np.ascontiguousarray(foreign.vectors, dtype="<f4").tobytes())
    return whole.hexdigest()


def corpus_of(foreign: Foreign) -> tuple[Corpus, np.ndarray]:
    """Give the rows that can be used as a corpus with chunks, and the number of each chunk's row, int64 (chunks,).

    The chunks keep their ids; those of one document stand together, and its text is theirs, with a blank line between
    two. Rows without text or vector are left out, and the report says so.

    Raises
    ------
    InputError
        No row can be used.
    """
    reasons = [_unusable(text, vector) for text, vector in zip(foreign.texts, foreign.vectors, strict=True)]
    rows = [row for row, reason in enumerate(reasons) if not reason]
    if not rows:
        raise InputError(_nothing(foreign, reasons))
    named = [_as_document(foreign, row) for row in rows]
    groups: dict[str, list[int]] = {}
    for row, document in zip(rows, without_local_paths(named), strict=True):
        groups.setdefault(document.id, []).append(row)
    metadata = dict(zip(rows, (document.metadata for document in without_local_paths(named)), strict=True))
    documents, chunks = [], []
    for name, members in groups.items():
        made = _chunks(foreign, name, members, metadata)
        text = _BETWEEN.join(chunk.text for chunk in made)
        documents.append(Document(name, text, _title(made, name), _shared(made)))
        chunks += made
    reports = [FileReport(document.id, "loaded", "", len(document.text)) for document in documents]
    left_out = zip(foreign.ids, reasons, strict=True)
    reports += [FileReport(clean_text(one), "skipped", reason) for one, reason in left_out if reason]
    corpus = Corpus(
        foreign.name,
        tuple(documents),
        LoadReport(tuple(reports)),
        identity=f"{foreign.kind}-{hashlib.sha256(f'{foreign.place} {foreign.name}'.encode()).hexdigest()[:12]}",
        chunks=tuple(chunks),
    )
    return corpus, np.array([row for members in groups.values() for row in members], dtype=np.int64)


def _unusable(text: str | None, vector: np.ndarray) -> str:
    if text is None or not text.strip():
        return "it has no text, and the workbench shows and quotes texts"
    if not np.isfinite(vector).all():
        return "it has no vector"
    return "" if vector.any() else "its vector is all zeros, which is close to nothing"


def _nothing(foreign: Foreign, reasons: Sequence[str]) -> str:
    if not reasons:
        return f"The collection {foreign.name!r} is empty. Fill it first, or open another one."
    texts = sum(text is None or not text.strip() for text in foreign.texts)
    if texts == len(reasons):
        return (
            f"None of the {texts} rows of {foreign.name!r} has a text: it holds vectors and ids alone, and the "
            "workbench shows and quotes texts. Store the texts beside the vectors (documents= in Chroma), or load the "
            "files themselves: Workbench(folder)."
        )
    return (
        f"None of the {len(reasons)} rows of {foreign.name!r} has both a text and a vector, finite and not all zeros. "
        "Load the files themselves and embed them here: Workbench(folder)."
    )


def _as_document(foreign: Foreign, row: int) -> Document:
    own = {name: value for name, value in foreign.metadatas[row].items() if name not in _HOUSEKEEPING}
    metadata = flat_metadata(own)
    name = next((str(metadata[key]) for key in _DOCUMENT_KEYS if metadata.get(key) not in (None, "", "None")), "")
    return Document(name or clean_text(foreign.ids[row]), "", "", metadata)


def _chunks(
    foreign: Foreign, name: str, members: Sequence[int], metadata: Mapping[int, Mapping[str, Any]]
) -> list[Chunk]:
    made, start = [], 0
    for ordinal, row in enumerate(members):
        text = clean_text(str(foreign.texts[row]))
        values: dict[str, Any] = {
            "source": next((str(metadata[row][key]) for key in PATH_KEYS if metadata[row].get(key)), name)
        }
        made.append(
            Chunk(
                clean_text(foreign.ids[row]), name, ordinal, start, start + len(text), text, {**values, **metadata[row]}
            )
        )
        start += len(text) + len(_BETWEEN)
    return made


def _title(chunks: Sequence[Chunk], name: str) -> str:
    return str(chunks[0].metadata.get("title") or name)


def _shared(chunks: Sequence[Chunk]) -> dict[str, Any]:
    """Give the metadata that all chunks of a document have alike."""
    first = chunks[0].metadata
    return {key: value for key, value in first.items() if all(chunk.metadata.get(key) == value for chunk in chunks)}
