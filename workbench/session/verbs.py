"""The verbs: which lane each runs in, which settings make two calls equal, and the work itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.corpus import check_source
from workbench.models import text_room
from workbench.records import Answer, Attribution, Contexts, Judgement, Retrieval, ServerStatus
from workbench.session import answering, compacting, examining, explore, highlight, likeness, modelling, twin, work
from workbench.session.prepare import prepared, read_sources
from workbench.session.searching import OPTIONS, options_of
from workbench.session.state import CHUNK_SIZE

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.session.engine import Engine

__all__ = ["LANES", "VERBS", "Verb", "named"]

LANES = (
    "embed",
    "map",
    "look",
    "clusters",
    "twin",
    "ask",
    "light",
    "pull",
    "index",
    "server",
    "check",
    "explain",
    "int8",
)

_PATIENCE = 10.0
"""Seconds that a silent Ollama server is given at its second asking."""


@dataclass(frozen=True)
class Verb:
    """One verb: `label` is what a person reads; calls with equal arguments and equal `settings` join one job."""

    lane: str
    label: str
    work: Callable[..., Any]
    settings: tuple[str, ...] = ()


def load(wb: Engine, job: Job, source: Any) -> None:
    """Read another corpus."""
    check_source(source)
    with wb.preparing:
        if wb.source is not source and hasattr(wb.model, "question_model"):
            wb.model = wb.model.spec  # the vectors of a collection are of no use elsewhere, its model is
        wb.source, wb.corpus, wb.chunked, wb.prepared = source, None, None, None
        prepared(wb, job)
    wb.embedded_now()


def refresh(wb: Engine, job: Job) -> None:
    """Read the same sources again, and what another process has committed."""
    with wb.preparing:
        wb.corpus = read_sources(wb, job)
        wb.chunked, wb.prepared = None, None
        if wb.store is not None:
            wb.store.refresh()
            wb.publish(read_only=not wb.store.writable)
        prepared(wb, job)
    wb.embedded_now()


def prepare(wb: Engine, job: Job) -> None:
    """Load, chunk and compare, so that the panels can say what there is and what is to be done."""
    if wb.source is not None:
        prepared(wb, job)
        wb.embedded_now()


def rechunk(wb: Engine, job: Job) -> None:
    """Cut the documents again with the chosen model's tokens, so that it reads every chunk to its end."""
    with wb.preparing:
        model = prepared(wb, job).model
        room = text_room(model)
        if wb.chunk_size == "document" or (wb.chunk_size != CHUNK_SIZE and wb.chunk_size > room):
            wb.choose(chunk_size=room, chunk_overlap=min(wb.chunk_overlap, room // 4))
        wb.chunked = None
        prepared(wb, job)
    wb.embedded_now()


def search(wb: Engine, job: Job, question: str, **given: Any) -> Retrieval:
    """Find passages."""
    found = work.find(wb, job, question, options_of(wb, given))
    wb.remember(found)
    return found


def ask(wb: Engine, job: Job, question: str, llm: Any = None, heard: Any = None, **given: Any) -> Answer:
    """Find passages and have them answered from."""
    return answering.ask(wb, job, question, options_of(wb, given), llm, heard)


def compare_contexts(wb: Engine, job: Job, question: str, llm: Any = None, **given: Any) -> Contexts:
    """Answer with the passages, without any, and with the wrong ones."""
    return examining.compared(wb, job, question, options_of(wb, given), llm)


def judge(wb: Engine, job: Job, llm: Any = None) -> Judgement:
    """Have the last answer judged."""
    return examining.judged(wb, job, llm)


def attribute(wb: Engine, job: Job, llm: Any = None) -> Attribution:
    """Ask again without each passage."""
    return examining.attributed(wb, job, llm)


def draw(wb: Engine, job: Job, method: str | None = None, refit: bool = False) -> Any:
    """Lay out the map."""
    return work.layout(wb, job, method, refit)


def probe(wb: Engine, _: Job) -> ServerStatus:
    """Ask the Ollama server what it has; one that is silent may only be slow, and is given a longer moment."""
    found = wb.probe()
    return wb.probe(_PATIENCE) if found.silent else found


def fill_index(wb: Engine, job: Job) -> int:
    """Bring Chroma up to the record."""
    return work.fill_index(wb, job, rebuild=False)


def rebuild_index(wb: Engine, job: Job) -> int:
    """Make the Chroma collection anew."""
    return work.fill_index(wb, job, rebuild=True)


_CHUNKING = ("model", "chunk_size", "chunk_overlap")
_MAP = ("model", "dimensions", "n_neighbors", "min_dist", "map_seed")
_SEARCH = ("model", *OPTIONS, "only_selection", "selection", "contents")
_ASK = ("llm", "temperature", "seed", "prompt_template")

VERBS: Mapping[str, Verb] = {
    "load": Verb("embed", "Reading the corpus", load),
    "refresh": Verb("embed", "Reading the corpus again", refresh),
    "prepare": Verb("embed", "Reading the corpus", prepare, _CHUNKING),
    "embed": Verb("embed", "Embedding", work.embed, _CHUNKING),
    "search": Verb("ask", "Searching", search, (*_SEARCH, "llm")),
    "more_like": Verb("ask", "Searching", likeness.more_like, _SEARCH),
    "ask": Verb("ask", "Searching", ask, (*_SEARCH, *_ASK)),
    "compare_contexts": Verb("ask", "Searching", compare_contexts, (*_SEARCH, *_ASK)),
    "judge": Verb("ask", "Judging", judge, ("llm", "seed")),
    "attribute": Verb("ask", "Leaving out passages", attribute, _ASK),
    "map": Verb("map", "Laying out the map", draw, (*_MAP, "contents")),
    "cluster": Verb("clusters", "Finding clusters", explore.cluster, ("projection",)),
    "name_clusters": Verb("clusters", "Naming clusters", explore.name_clusters, ("projection", "llm")),
    "anchor": Verb("look", "Comparing with a chunk", explore.anchor, ("model", "contents")),
    "near_duplicates": Verb("look", "Looking for duplicates", explore.near_duplicates, ("model", "contents")),
    "outliers": Verb("look", "Looking for outliers", explore.outliers, ("model", "contents")),
    "nearest": Verb("look", "Looking for neighbours", explore.nearest, ("model", "contents")),
    "select_near": Verb("look", "Looking for neighbours", explore.select_near, ("model", "contents")),
    "picture": Verb("look", "Saving the map", explore.picture, ("projection", "color", "retrieval", "selection")),
    "twin": Verb("twin", "Comparing two models", twin.twin, _MAP),
    "rechunk": Verb("embed", "Cutting again", rechunk, _CHUNKING),
    "check_model": Verb("check", "Checking the model", modelling.check_model, ("model",)),
    "explain": Verb("explain", "Looking at a text", modelling.explain, ("model",)),
    "highlight": Verb("light", "Comparing sentences", highlight.highlight),
    "quantize": Verb("int8", "Making an int8 copy", modelling.quantize, _CHUNKING),
    "pull": Verb("pull", "Pulling", modelling.pull),
    "unload": Verb("server", "Unloading", modelling.unload),
    "probe": Verb("server", "Looking for Ollama", probe),
    "fill_index": Verb("index", "Filling the Chroma index", fill_index),
    "compact": Verb("embed", "Dropping what nothing uses", compacting.compact),
    "rebuild_index": Verb("index", "Making the Chroma index anew", rebuild_index),
}


def named(setting: object) -> str:
    """Give a setting's value; an object, such as a model with options, is only ever equal to itself."""
    plain = setting is None or isinstance(setting, (str, int, float, tuple, list, dict))
    return repr(setting) if plain else f"{setting!r} {id(setting)}"
