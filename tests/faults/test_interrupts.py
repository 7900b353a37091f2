"""Every stage is stopped, twice in a row, by what the button calls; then it is done, and nothing is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import psutil
import pytest

from tests.faults.slow import QUESTION, Slow, text
from tests.ollama.double import OllamaDouble
from workbench import Workbench
from workbench.errors import Cancelled

SOON = 60.0
"""Seconds that anything may take on a busy machine; each stage is far quicker on a quiet one."""
OURS = ("workbench-", "ollama-stream")


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
        lambda wb: [one.text for one in wb.retrieval.trace.expansions] if wb.retrieval.trace else [],
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


@pytest.fixture
def double(monkeypatch):
    with OllamaDouble() as made:
        made.add_model("llama", "language")
        made.asked_before = 0
        monkeypatch.setenv("OLLAMA_HOST", made.url)
        yield made


@pytest.fixture
def pages(tmp_path):
    """Give a folder of pages, which are read in the child process."""
    made = tmp_path / "pages"
    made.mkdir()
    for number in range(40):
        (made / f"{number:03}.html").write_text(f"<html><body><p>{text(number)}</p></body></html>", encoding="utf-8")
    return made


@pytest.fixture
def make(tmp_path):
    made = []

    def make(name: str) -> Workbench:
        source = [text(number) for number in range(80)]
        made.append(Workbench(source, tmp_path / name, Slow(), "extractive"))
        return made[-1]

    yield make
    for wb in made:
        wb.close(finish=False)


def wait_until(true: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.002)


def leftovers(wb: Workbench) -> list[str]:
    """Name the threads of ours, the busy lanes and the child processes' work that go on."""
    threads = [one.name for one in threading.enumerate() if one.name.startswith(OURS)]
    lanes = [name for name, lane in wb.lanes.items() if lane.busy]
    held = [] if wb.preparing.acquire(blocking=False) else ["preparing"]
    if not held:
        wb.preparing.release()
    return [*threads, *lanes, *held]


@pytest.mark.parametrize("name", STAGES)
def test_stopped_twice_then_done(name, make, double, pages):
    stage = STAGES[name]
    if stage.arguments == ("PAGES",):
        stage = replace(stage, arguments=(pages,))
    wb = make("disturbed")
    stage.first(wb)
    for lane in wb.lanes.values():
        assert lane.wait_idle(SOON)
    double.script(delay=0.05)
    double.pull_delay = 0.02
    before = {one.pid for one in psutil.Process().children(recursive=True)}
    for _ in range(2):
        double.asked_before, hung_up = len(double.sent("/api/chat")), len(double.hang_ups)
        job = begin(stage, wb, double)
        stopped_well(wb, stage, job)
        wait_until(lambda: not leftovers(wb), f"still there: {leftovers(wb)}")
        if stage.under_way is chatting or name == "pull":
            wait_until(lambda seen=hung_up: len(double.hang_ups) > seen, "the server was not told")
    stopping = {one.pid for one in psutil.Process().children(recursive=True)} - before
    double.script(delay=0)
    double.pull_delay = 0
    stage.begin(wb).wait()
    assert wb.progress[stage.lane].state == "done"
    calm = make("calm")
    calm.children["map"].close()
    calm.children["map"] = wb.children["map"]  # it is warm: UMAP takes long to compile
    stage.first(calm)
    stage.begin(calm).wait()
    assert_equal(stage.result(wb), stage.result(calm))
    assert len(stopping) <= 1  # loky's tracker of semaphores, which serves the whole process


def begin(stage: Stage, wb: Workbench, double: OllamaDouble) -> Any:
    """Begin a stage and stop it in its midst; give its job."""
    if hasattr(stage.under_way, "before"):
        stage.under_way(wb, double)
        job = stage.begin(wb)
        assert job.done.wait(SOON)
        wb.unobserve_all("progress")
        wb.unobserve_all("status")
        return job
    job = stage.begin(wb)
    wait_until(lambda: stage.under_way(wb, double) or job.done.is_set(), "it never began")
    assert not job.done.is_set(), "it was over before it could be stopped"
    wb.cancel(stage.lane)
    assert job.done.wait(SOON)
    return job


def stopped_well(wb: Workbench, stage: Stage, job: Any) -> None:
    """See that the state says so, and that whoever waits is told so or given what there is."""
    if isinstance(job.error, Cancelled):
        assert "stopped" in str(job.error) or "cancelled" in str(job.error)
    else:
        assert job.error is None, job.error
        assert job.result.complete is False
    assert wb.progress[stage.lane].state == "cancelled"
    assert wb.error is None


def assert_equal(found: Any, wanted: Any) -> None:
    if isinstance(wanted, np.ndarray):
        np.testing.assert_array_equal(found, wanted)
    else:
        assert found == wanted
