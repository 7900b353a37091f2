"""The stages of the work that can be stopped: how each begins, when it is in its midst, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.faults.slow import QUESTION
from tests.ollama.double import OllamaDouble
from workbench import Workbench

__all__ = ["STAGES", "Stage", "chatting", "ids"]


def reranked(question: str, texts: list[str]) -> list[float]:
    time.sleep(0.3)
    return [float(len(one)) for one in texts]


@dataclass(frozen=True)
class Stage:
    """One stage of the work.

    Attributes
    ----------
    verb, arguments, options
        What is submitted.
    lane
        The lane that it runs in, whose progress says how it ended.
    under_way
        Whether the stage is in its midst.
    result
        What came of it, to be compared with that of a workbench that nobody has disturbed.
    first
        What has to be there before.
    """

    verb: str
    lane: str
    under_way: Callable[[Workbench, OllamaDouble], Any]
    result: Callable[[Workbench], Any]
    arguments: tuple[Any, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    first: Callable[[Workbench], Any] = lambda wb: None

    def begin(self, wb: Workbench) -> Any:
        return wb.submit(self.verb, *self.arguments, **dict(self.options))


def chatting(wb: Workbench, double: OllamaDouble) -> bool:
    """Whether the server has begun to write something that it has not ended."""
    return len(double.sent("/api/chat")) > double.asked_before


def caught(words: str) -> Callable[[Workbench, OllamaDouble], Any]:
    """Give what stops a lane at the very moment at which it says these words, for stages that take no time."""

    def watch(wb: Workbench, _: OllamaDouble) -> bool:
        def stop(change: Any) -> None:
            told = change["new"] if isinstance(change["new"], str) else getattr(change["new"].get("embed"), "label", "")
            if told.startswith(words):
                wb.cancel("embed")

        wb.observe(stop, names=["progress", "status"])
        return True

    watch.before = True
    return watch


def child(name: str) -> Callable[[Workbench, OllamaDouble], Any]:
    """Give what tells whether a child process runs something."""

    def running(wb: Workbench, _: OllamaDouble) -> bool:
        executor = wb.children[name]._executor
        return executor is not None and any(future.running() for future in _futures(executor))

    return running


def _futures(executor: Any) -> list[Any]:
    return [item.future for item in list(executor._pending_work_items.values())]


def at(lane: str, label: str) -> Callable[[Workbench, OllamaDouble], Any]:
    return lambda wb, _: (told := wb.progress.get(lane)) and told.state == "running" and told.label.startswith(label)


def answered(wb: Workbench) -> None:
    wb.ask(QUESTION, llm="ollama:llama")


def pictured(wb: Workbench) -> np.ndarray:
    return np.round(wb.projection.coordinates, 3)


LLM = (("llm", "ollama:llama"),)
STAGES = {
    "read": Stage("load", "embed", caught("Reading files"), lambda wb: wb.chunk_list, ("PAGES",)),
    "read apart": Stage("load", "embed", child("read"), lambda wb: wb.chunk_list, ("PAGES",)),
    "cut": Stage("rechunk", "embed", caught("Cutting documents"), lambda wb: wb.chunk_list),
    "embed": Stage("embed", "embed", lambda wb, _: wb.embedded > 0, lambda wb: (wb.embedded, vectors(wb))),
    "embed for a question": Stage(
        "search", "ask", lambda wb, _: wb.embedded > 0, lambda wb: ids(wb.retrieval), arguments=(QUESTION,)
    ),
    "fill the index": Stage(
        "rebuild_index", "index", child("index"), lambda wb: wb.rebuild_index(), first=lambda wb: wb.embed()
    ),
    "UMAP": Stage("map", "map", at("map", "UMAP"), pictured, arguments=("umap",), first=lambda wb: wb.embed()),
    "clusters": Stage(
        "cluster", "clusters", child("map"), lambda wb: wb.clustering.labels.tolist(), first=lambda wb: wb.map()
    ),
    "duplicates": Stage(
        "near_duplicates", "look", child("map"), lambda wb: wb.duplicates, (0.9,), first=lambda wb: wb.embed()
    ),
    "rerank": Stage(
        "search",
        "ask",
        at("ask", "Searching"),
        lambda wb: ids(wb.retrieval),
        (QUESTION,),
        (("rerank", reranked),),
        lambda wb: wb.embed(),
    ),
    "expand": Stage(
        "search",
        "ask",
        chatting,
        lambda wb: ids(wb.retrieval),
        (QUESTION,),
        (("expand", "queries"),),
        lambda wb: (wb.embed(), setattr(wb, "llm", "ollama:llama")),
    ),
    "answer": Stage("ask", "ask", chatting, lambda wb: wb.answer.text, (QUESTION,), LLM, lambda wb: wb.embed()),
    "contexts": Stage(
        "compare_contexts",
        "ask",
        chatting,
        lambda wb: [one.text for one in (wb.contexts.right, wb.contexts.without, wb.contexts.wrong)],
        (QUESTION,),
        LLM,
        lambda wb: wb.embed(),
    ),
    "judge": Stage(
        "judge", "ask", chatting, lambda wb: [one.supported for one in wb.judgement.verdicts], (), LLM, answered
    ),
    "leave passages out": Stage(
        "attribute", "ask", chatting, lambda wb: [one.change for one in wb.attribution.passages], (), LLM, answered
    ),
    "name clusters": Stage(
        "name_clusters",
        "clusters",
        chatting,
        lambda wb: [one.name for one in wb.clustering.clusters],
        (),
        LLM,
        lambda wb: (wb.map(), wb.submit("cluster").wait()),
    ),
    "pull": Stage(
        "pull",
        "pull",
        lambda wb, _: (told := wb.progress.get("pull")) and 0 < told.done < told.total,
        lambda wb: sorted(one.name for one in wb.server.models),
        ("ollama:nomic-embed-text",),
    ),
}


def ids(retrieval: Any) -> list[str]:
    return [passage.chunk.id for passage in retrieval.passages]


def vectors(wb: Workbench) -> bytes:
    return wb.store.record.vectors(wb.prepared.fingerprint_id, wb.prepared.keys).tobytes()
