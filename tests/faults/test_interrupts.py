"""Every stage is stopped, twice in a row, by what the button calls; then it is done, and nothing is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
import pytest

from tests.faults.slow import QUESTION, Slow, text
from tests.faults.stages import STAGES, Stage, chatting, ids
from tests.ollama.double import OllamaDouble
from workbench import Workbench
from workbench.errors import Cancelled
from workbench.models.openvino.conversion import run_apart

SOON = 240.0
"""Seconds that anything may take on a busy machine; each stage is far quicker on a quiet one."""
OURS = ("workbench-", "ollama-stream")


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
def test_stopped_twice_then_done(name, make, double, pages, monkeypatch):
    stage = STAGES[name]
    if name != "fill the index":
        monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
    if stage.arguments == ("PAGES",):
        stage = replace(stage, arguments=(pages,))
    wb = make("disturbed")
    stage.first(wb)
    for lane in wb.lanes.values():
        assert lane.wait_idle(SOON)
    double.script(delay=0.05)
    double.pull_delay = 0.02
    before = children()
    for _ in range(2):
        double.asked_before, hung_up = len(double.sent("/api/chat")), len(double.hang_ups)
        job = begin(stage, wb, double)
        stopped_well(wb, stage, job)
        wait_until(lambda: not leftovers(wb), f"still there: {leftovers(wb)}")
        if stage.under_way is chatting or name == "pull":
            wait_until(lambda seen=hung_up: len(double.hang_ups) > seen, "the server was not told")
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
    for one in (wb, calm):
        one.close(finish=False)
    wait_until(lambda: not children() - before, "a child process went on")


def test_a_question_is_stopped_while_the_corpus_is_read(make):
    wb = make("reading")
    with wb.preparing:  # as long as another lane reads
        job = wb.submit("search", QUESTION)
        wait_until(lambda: wb.progress.get("ask"), "it never began")
        wb.cancel("ask")
        assert job.done.wait(SOON)
    stopped_well(wb, Stage("search", "ask", chatting, ids), job)
    assert len(wb.search(QUESTION)) == 5


def test_ctrl_c_that_reaches_the_process_that_makes_a_model_ready_is_no_failure():
    with pytest.raises(Cancelled, match="was interrupted; choose it again"):
        run_apart("tests.faults.interrupted", [])


def children() -> set[int]:
    """Give the child processes that run, but for the trackers of semaphores, which serve this process to its end."""
    found = psutil.Process().children(recursive=True)
    return {one.pid for one in found if cmdline(one) and "resource_tracker" not in " ".join(cmdline(one))}


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


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
