"""Everything that is chosen (inputs) and everything that came of it (outputs), observable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from traitlets import Any as AnyTrait
from traitlets import Bool, CFloat, CInt, Enum, HasTraits, TraitError, Unicode, observe, validate

from workbench.errors import InputError, WorkbenchError
from workbench.models import DEFAULT
from workbench.records import Chunk, Document, Progress
from workbench.retrieval import ENGINES, METRICS, MODES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHUNK_OVERLAP", "CHUNK_SIZE", "State"]

CHUNK_SIZE = 240
CHUNK_OVERLAP = 24

_HISTORY = 50
_OF_THE_MAP = ("projection", "neighbourhood", "clustering", "anchored", "duplicates", "loneliest", "twin")


class Frame(AnyTrait):
    """Holds records, reads as the DataFrame made of them when it is first looked at."""

    def __init__(self, make: str) -> None:
        super().__init__((), read_only=True)
        self.make = make

    def get(self, obj: Any, cls: Any = None) -> Any:
        """Give the DataFrame; a shallow copy, so that what a person does to it stays with them."""
        records = super().get(obj, cls)
        cached = obj.frames.get(self.name)
        if cached is None or cached[0] is not records:
            cached = obj.frames[self.name] = (records, getattr(obj, self.make)())
        return cached[1].copy(deep=False)


def _output(default: object = None) -> Any:
    return AnyTrait(default, read_only=True)


class State(HasTraits):
    """The traits of a workbench.

    Inputs are writable; outputs are read-only and written by jobs alone. Observers run on the thread that did the
    work, under one re-entrant lock.
    """

    model = AnyTrait(DEFAULT)
    llm = AnyTrait(None, allow_none=True)
    chunk_size = AnyTrait(CHUNK_SIZE)
    chunk_overlap = CInt(CHUNK_OVERLAP, min=0)
    query = Unicode("")
    top_k = CInt(5, min=1)
    mode = Enum(MODES, "dense")
    metric = Enum(METRICS, "cosine")
    mmr = CFloat(None, allow_none=True, min=0, max=1)
    threshold = CFloat(None, allow_none=True)
    where = AnyTrait(None, allow_none=True)
    engine = Enum(ENGINES, "exact")
    weights = AnyTrait((1.0, 1.0))
    rerank = AnyTrait(None, allow_none=True)
    expand = AnyTrait(None, allow_none=True)
    group = Bool(default_value=True)
    only_selection = Bool(default_value=False)
    selection = AnyTrait(())
    temperature = CFloat(0.0, min=0)
    seed = CInt(0)
    color = Unicode("source")
    dimensions = Enum((2, 3), 2)
    n_neighbors = CInt(15, min=2)
    min_dist = CFloat(0.1, min=0, max=1)
    map_seed = CInt(42, min=0)
    similar_from = CFloat(None, allow_none=True)
    anchor = Unicode("")
    presentation = Bool(default_value=False)
    focus = CInt(0)
    opened = Unicode("")

    documents = Frame("documents_frame")
    chunks = Frame("chunks_frame")
    load_report = _output()
    questions = _output(())
    corpus_name = _output("")
    store_path = _output("")
    read_only = _output(default=False)
    notes = _output(())
    token_counts = _output()
    model_info = _output()
    plan = _output()
    embed_report = _output()
    embedded = _output(0)
    model_check = _output()
    quantization = _output()
    explanation = _output()
    projection = _output()
    neighbourhood = _output()
    clustering = _output()
    anchored = _output()
    duplicates = _output()
    loneliest = _output()
    twin = _output()
    saved = _output()
    retrieval = _output()
    highlights = _output()
    answer = _output()
    progress = _output({})
    status = _output("")
    error = _output()
    server = _output()
    past = _output(())
    colors = _output(("source", "similarity"))

    def __init__(self) -> None:
        self.frames: dict[str, tuple[object, pd.DataFrame]] = {}
        self.lock = threading.RLock()
        super().__init__()

    def publish(self, **values: object) -> None:
        """Write outputs (and inputs that a verb sets) in the order given, observers called for each."""
        with self.lock:
            for name, value in values.items():
                if self.traits()[name].read_only:
                    self.set_trait(name, value)
                else:
                    setattr(self, name, value)

    def clear_map(self) -> None:
        """Take away the picture and all that was made of it."""
        self.publish(**dict.fromkeys(_OF_THE_MAP))

    def tell(self, progress: Progress) -> None:
        """Publish how far the job of a lane is."""
        with self.lock:
            self.set_trait("progress", {**self.progress, progress.lane: progress})

    def meter(self, lane: str, label: str, unit: str = "chunks") -> Callable[[int, int], None]:
        """Give a `progress(done, total)` that publishes for a lane."""
        from workbench.jobs.meter import Meter

        return Meter(self.tell, lane, label, unit)

    def remember(self, entry: object) -> None:
        """Put an answer or retrieval at the front of the history; the fiftieth-first oldest goes."""
        with self.lock:
            self.set_trait("past", (entry, *self.past)[:_HISTORY])

    def recall(self, number: int) -> None:
        """Show entry `number` of the history again, 0 the newest: its question, passages and answer."""
        if not 0 <= number < len(self.past):
            raise InputError(f"There is no entry {number} in the history; it holds {len(self.past)}, from 0.")
        entry = self.past[number]
        retrieval = getattr(entry, "retrieval", entry)
        answer = entry if retrieval is not entry else None
        self.publish(focus=0, query=retrieval.query, answer=None, retrieval=retrieval)
        self.publish(answer=answer)

    def chunk(self, chunk_id: str) -> Chunk:
        """Give a chunk by its id.

        Raises
        ------
        InputError
            There is none of that id.
        """
        for chunk in self.chunk_list:
            if chunk.id == chunk_id:
                return chunk
        raise InputError(f"There is no chunk {chunk_id!r}. Ids look like 'folder/file.md:0'; wb.chunks lists them.")

    def neighbours(self, chunk_id: str) -> tuple[Chunk | None, Chunk | None]:
        """Give the chunks before and after one in its document, None at its ends."""
        middle = self.chunk(chunk_id)
        beside = {one.ordinal: one for one in self.chunk_list if one.document == middle.document}
        return beside.get(middle.ordinal - 1), beside.get(middle.ordinal + 1)

    def dismiss(self) -> None:
        """Clear the error that is shown."""
        self.publish(error=None)

    @property
    def chunk_list(self) -> tuple[Chunk, ...]:
        """The chunks as records."""
        return self._trait_values.get("chunks", ())

    @property
    def document_list(self) -> tuple[Document, ...]:
        """The documents as records."""
        return self._trait_values.get("documents", ())

    def documents_frame(self) -> pd.DataFrame:
        """Make the DataFrame of the documents."""
        from workbench.frames import documents_frame

        return documents_frame(self.document_list)

    def chunks_frame(self) -> pd.DataFrame:
        """Make the DataFrame of the chunks, with the tokens of the chosen model."""
        from workbench.frames import chunks_frame

        return chunks_frame(self.chunk_list, self.token_counts, self.longest)

    @property
    def longest(self) -> int | None:
        """Most tokens of text that the chosen model reads beside its marks and prefix; None until it is known."""
        return None if self.model_info is None else self.model_info.text_tokens

    @observe("token_counts")
    def _recount(self, _: object) -> None:
        self.frames.pop("chunks", None)

    @validate("model", "llm")
    def _stripped(self, proposal: Mapping[str, Any]) -> object:
        value = proposal["value"]
        return value.strip() if isinstance(value, str) else value

    @validate("chunk_size")
    def _size(self, proposal: Mapping[str, Any]) -> object:
        value = proposal["value"]
        if value == "document" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
            return value
        raise InputError(
            f"chunk_size is {value!r}; give a whole number of tokens, 1 or more, or 'document' for whole documents."
        )

    @validate("selection")
    def _known_ids(self, proposal: Mapping[str, Any]) -> tuple[str, ...]:
        value = proposal["value"]
        given = value["id"] if hasattr(value, "columns") and "id" in value.columns else value
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise InputError(
                f"selection is {value!r}; give chunk ids as a list or tuple, or a DataFrame with an `id` column."
            )
        ids = tuple(dict.fromkeys(str(one) for one in given))
        unknown = set(ids) - {chunk.id for chunk in self.chunk_list}
        if unknown:
            raise InputError(
                f"{len(unknown)} of the {len(ids)} ids to select are not in the corpus, such as {min(unknown)!r}. "
                "Chunk ids look like 'folder/file.md:0'; wb.chunks lists them."
            )
        return ids

    def choose(self, **inputs: object) -> None:
        """Set inputs that are not None.

        Raises
        ------
        InputError
            A value that the input does not take.
        """
        for name, value in inputs.items():
            if value is not None:
                try:
                    setattr(self, name, value)
                except TraitError as error:
                    raise InputError(f"{name} cannot be {value!r}: {error}") from None

    def failed(self, error: BaseException) -> WorkbenchError:
        """Publish an error where the person looks; one that nobody foresaw is wrapped with its kind."""
        if not isinstance(error, WorkbenchError):
            wrapped = WorkbenchError(
                f"Something unforeseen happened ({type(error).__name__}: {error}). What was done before is kept; "
                "try again, and report it if it comes back."
            )
            wrapped.__cause__ = error
            error = wrapped
        self.publish(error=error)
        return error
