"""What a notebook does from its first cell to its last, in chapters, told line by line; made to be killed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.doubles import WordModel
from tests.faults.corpora import edit
from tests.faults.forked import ForkedChild
from tests.faults.nursery import say
from workbench import Workbench
from workbench.errors import ProcessEnded
from workbench.index import chroma
from workbench.jobs.child import Child
from workbench.protocols import EmbeddingModel
from workbench.records import Projection

if TYPE_CHECKING:
    import numpy as np

__all__ = ["BATCH", "CHAPTERS", "live"]

BATCH = 32
_ROWS = 200
"""Rows sent to Chroma at a time, instead of 1,000: more moments at which it writes its files."""


class Batched(WordModel):
    """Takes batches of the campaign's size."""

    batch_size = BATCH


class ToldChild(Child):
    """A child process of the workbench's own kind, with the campaign's settings."""

    def __init__(self, name: str, sync: int) -> None:
        super().__init__(name)
        self.sync = sync

    def run(self, function, /, *args: Any, **options: Any) -> Any:
        say(child=super().run(os.getpid))
        return super().run(_settled, self.sync, function, args, **options)


def live(
    chapter: str,
    folder: str,
    store: str,
    *,
    model: str = "words",
    sync: int = 1000,
    own: bool = False,
    umap: bool = False,
) -> None:
    """Live one chapter.

    Parameters
    ----------
    chapter
        One of `CHAPTERS`.
    folder, store
        Corpus and store.
    model
        `words`, or `bundled`.
    sync
        Chroma's threshold: rows after which it writes its files.
    own
        Whether the index is filled by a child process of the workbench's own kind, which takes seconds to start.
    umap
        Whether the map is laid out by UMAP, in such a child process, and not by a stand-in.
    """
    _settle(sync)
    wb = Workbench(folder, store=store, model=_model(model), llm="extractive")
    wb.choose(chunk_size=16, chunk_overlap=0)
    wb.children["index"] = ToldChild("index", sync) if own else ForkedChild()
    if not umap:
        wb.children["map"] = ForkedChild(_without_umap)
    try:
        CHAPTERS[chapter](wb, Path(folder))
    finally:
        with _stage("close"):
            wb.close()
    say(notes=list(wb.notes), error=str(wb.error or ""))


def _settle(sync: int) -> None:
    chroma._HNSW["sync_threshold"] = sync
    chroma._BATCH = _ROWS


def _settled(sync: int, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    _settle(sync)
    return function(*args)


def _model(name: str) -> EmbeddingModel:
    """Give a model that says how many texts it is given, before it reads them."""
    from workbench.models import embedding_model

    model = Batched() if name == "words" else embedding_model("bundled:all-MiniLM-L6-v2")
    embed = model.embed

    def told(texts: Sequence[str], role: str) -> np.ndarray:
        say(sent=len(texts), role=role)
        return embed(texts, role)

    model.embed = told
    return model


def _without_umap() -> None:
    import workbench.projection

    def laid_out(vectors, ids, flat, *, neighbours, **settings) -> Projection:
        return Projection(tuple(ids), flat.coordinates * 2, "umap", settings, None)

    workbench.projection.umap_layout = laid_out


@contextmanager
def _stage(name: str) -> Iterator[None]:
    say(begin=name)
    yield
    say(end=name)


def _embed(wb: Workbench) -> None:
    with _stage("embed"):
        stored = lambda change: say(stored=change["new"])  # noqa: E731
        wb.observe(stored, names=["embedded"])
        wb.embed()
        wb.unobserve(stored, names=["embedded"])
        say(embedded=len(wb.chunk_list))


def _index(wb: Workbench) -> None:
    with _stage("index"):
        try:
            rows = wb.submit("fill_index").wait()
        except ProcessEnded as error:
            say(index_ended=str(error))
            wb.dismiss()
            rows = wb.submit("fill_index").wait()
        say(indexed=rows)


def _map(wb: Workbench) -> None:
    def told(change: dict[str, Any]) -> None:
        if "map" in change["new"]:
            say(drawing=change["new"]["map"].label)

    wb.observe(told, names=["progress"])
    with _stage("map"):
        say(pictured=len(wb.submit("map", "umap").wait()))


def _first(wb: Workbench, folder: Path) -> None:
    with _stage("load"):
        say(loaded=len(wb.refresh().files))
    _embed(wb)
    _index(wb)
    _map(wb)


def _change(wb: Workbench, folder: Path) -> None:
    with _stage("edit"):
        edit(folder)
    with _stage("load"):
        say(loaded=len(wb.refresh().files))
    _embed(wb)
    _index(wb)
    _map(wb)


def _again(wb: Workbench, folder: Path) -> None:
    with _stage("load"):
        wb.refresh()
    _embed(wb)
    _index(wb)


def _rebuild(wb: Workbench, folder: Path) -> None:
    with _stage("load"):
        wb.refresh()
    with _stage("rebuild"):
        say(indexed=wb.rebuild_index())


def _other(wb: Workbench, folder: Path) -> None:
    with _stage("load"):
        wb.refresh()
    with _stage("load another"):
        say(loaded=len(wb.load(folder.with_name("other")).files))
    _embed(wb)
    _index(wb)


CHAPTERS = {"first": _first, "change": _change, "again": _again, "rebuild": _rebuild, "other": _other}
