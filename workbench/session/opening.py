"""Opening what others have filled: a Chroma collection, an index of LlamaIndex."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disk import scratch
from workbench.errors import InputError
from workbench.index.chroma_address import checked_address, is_address
from workbench.jobs.child import Child
from workbench.models.remote.in_clear import FOREIGN, sentence, warn_once

if TYPE_CHECKING:
    from workbench.corpus import Corpus
    from workbench.interop.foreign import Foreign
    from workbench.interop.foreign_model import ForeignModel

__all__ = ["Opened", "open_chroma", "open_index"]

_OWN = "default"
"""What Chroma calls the embedding function that it fills with where none is given; it is all-MiniLM-L6-v2."""
_SQUARED = " Chroma's l2 is the squared distance; the scores here are minus the distance itself, in the same order."


@dataclass(frozen=True, eq=False)
class Opened:
    """What a workbench needs to open a collection: its corpus, its model, and what it compares by."""

    corpus: Corpus
    model: ForeignModel
    metric: str


def open_chroma(place: str | os.PathLike[str], collection: str, model: Any) -> Opened:
    """Read a Chroma collection in a child process.

    Raises
    ------
    InputError
        There is no such folder or collection, no model is named, it makes other vectors, or no row can be used.
    StoreError
        The collection cannot be read, or the server does not answer.
    """
    from workbench.interop.chroma_collection import read_collection
    from workbench.interop.foreign import Foreign

    where = checked_address(place) if is_address(place) else str(Path(place).expanduser().resolve())
    warn_once(where if is_address(where) else "", FOREIGN)
    child = Child("chroma")
    try:
        with scratch() as folder:
            told: dict[str, str] = child.run(read_collection, where, collection, str(folder))
            ids, texts, metadatas = json.loads(Path(folder, "rows.json").read_text())
            vectors = np.load(Path(folder, "vectors.npy"))
    finally:
        child.close()
    if model is None:
        raise InputError(_unnamed(collection, vectors, told["filled_by"]))
    foreign = Foreign(collection, "chroma", where, told["metric"], ids, texts, metadatas, vectors)
    squared = _SQUARED if told["metric"] == "euclidean" else ""
    in_clear = sentence(where, FOREIGN) if is_address(where) else ""
    return _opened(foreign, model, "Chroma collection", f"{squared} {in_clear}".rstrip())


def open_index(index: Any, model: Any = None) -> Opened:
    """Read a `VectorStoreIndex` of LlamaIndex; its model is its own `embed_model` where none is named.

    Raises
    ------
    InputError
        It is no such index, its vectors are of another length than the model's, or no row can be used.
    """
    from workbench.interop.index_rows import foreign_of_index, model_of_index

    foreign = foreign_of_index(index)
    named = model_of_index(index) if model is None else model
    said = " LlamaIndex's own scores for it are exp(-distance)." if foreign.place.startswith("chroma") else ""
    return _opened(foreign, named, "LlamaIndex index", said)


def _unnamed(name: str, vectors: np.ndarray, filled_by: str) -> str:
    hint = "Name the model that filled it: model='provider:name'."
    if filled_by == _OWN:
        hint = "Chroma's own default filled it, unless vectors were given: model='bundled:all-MiniLM-L6-v2'."
    elif filled_by:
        hint = f"It says that {filled_by!r} filled it; give that model: model='provider:name'."
    width = vectors.shape[1] if len(vectors) else 0
    return (
        f"The collection {name!r} does not say which model made its vectors of {width} numbers, and questions must be "
        f"embedded by the same. {hint}"
    )


def _opened(foreign: Foreign, spec: Any, what: str, said: str) -> Opened:
    from workbench.interop.foreign import corpus_of, digest_of
    from workbench.interop.foreign_model import ForeignModel, agreement

    corpus, rows = corpus_of(foreign)
    assert corpus.chunks is not None
    model = ForeignModel(spec, f"{foreign.kind}:{digest_of(foreign)}", corpus.chunks, foreign.vectors[rows])
    embedded = [foreign.embedded[row] for row in rows] if foreign.embedded is not None else None
    note = (
        f"The vectors are those of the {what} {foreign.name!r}, compared by {foreign.metric} as there; questions are "
        f"embedded by {model.id}. The chunks stay as they were cut there.{said}"
    )
    doubt = agreement(model, corpus.chunks, embedded)
    notes = (note, doubt) if doubt else (note,)
    return Opened(replace(corpus, notes=notes), model, foreign.metric)
