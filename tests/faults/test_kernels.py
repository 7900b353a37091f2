"""A real kernel whose cell is interrupted, and which is restarted, at each stage and twice; then it works as ever."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Any

import psutil
import pytest

from benchmarks._kernel import Kernel
from tests.faults.effort import effort
from tests.ollama.double import OllamaDouble

TIMES = 2
RESTARTS = effort(1, 2)
SOON = 60.0
ENDED = 15.0
"""Seconds in which a kernel ends: ipykernel waits twice as long for a child that does not listen."""

SETUP = """
import json, threading, time
from pathlib import Path
from tests.faults.slow import QUESTION, Slow, text
from workbench import Workbench
from workbench.session import work

work.fill_index = lambda wb, job, rebuild: len(wb.chunk_list)  # Chroma takes long to import, and is not the subject
told = Path({told!r})
wb = Workbench([text(number) for number in range(80)], {store!r}, Slow(), "extractive")

def note(change):
    with told.open("a") as file:
        file.writelines(f"{{one.label}} {{one.done}} {{one.state}}\\n" for one in change["new"].values())

wb.observe(note, names=["progress"])
"""
LOOK = """
for lane in wb.lanes.values():
    assert lane.wait_idle(60)
ours = lambda: [one.name for one in threading.enumerate() if one.name.startswith(("workbench-", "ollama-stream"))]
end = time.monotonic() + 10
while (threads := ours()) and time.monotonic() < end:  # one that reads from a server sees late that it is shut
    time.sleep(0.01)
print(json.dumps([wb.progress[{lane!r}].state, str(wb.error), threads]))
"""


@dataclass(frozen=True)
class Stage:
    """A cell, the lane of its work, what is told once it is under way, and an expression for what comes of it."""

    cell: str
    lane: str
    told: str
    result: str
    first: str = ""


pytestmark = pytest.mark.timeout(900)
STAGES = {
    "embed": Stage("wb.embed()", "embed", r"Embedding [1-7]\d running", "[wb.embedded, len(wb.prepared.model.sent)]"),
    "map": Stage(
        "wb.map(method='umap')", "map", "Finding true neighbours 0 running", "wb.projection.method", "wb.embed()"
    ),
    "answer": Stage(
        "wb.ask(QUESTION, llm='ollama:llama')", "ask", "/api/chat", "wb.answer.text == wb.answer.text.strip()"
    ),
    "pull": Stage("wb.pull('ollama:nomic-embed-text')", "pull", "/api/pull", "'nomic' in str(wb.server.models)"),
}


@pytest.fixture
def double():
    with OllamaDouble() as made:
        made.add_model("llama", "language")
        yield made


@pytest.fixture
def kernel(tmp_path, double):
    with Kernel(tmp_path, OLLAMA_HOST=double.url) as made:
        yield made


def set_up(kernel: Kernel, stage: Stage) -> None:
    told = kernel.folder / "told.txt"
    kernel.run(SETUP.format(told=str(told), store=str(kernel.folder / "store")))
    kernel.run(stage.first or "wb.documents")


def begin(kernel: Kernel, double: OllamaDouble, stage: Stage) -> str:
    """Start the cell and wait until its work is under way."""
    told = kernel.folder / "told.txt"
    told.write_text("")
    asked = len(double.sent(stage.told)) if stage.told.startswith("/") else 0
    slow_down(kernel, double, 0.1)
    request = kernel.send(stage.cell)
    end = time.monotonic() + SOON
    while not (
        len(double.sent(stage.told)) > asked if stage.told.startswith("/") else re.search(stage.told, told.read_text())
    ):
        assert time.monotonic() < end, (told.read_text(), kernel.said)
        time.sleep(0.005)
    return request


def slow_down(kernel: Kernel, double: OllamaDouble, seconds: float) -> None:
    kernel.run(f"Slow.pause = {3 * seconds}")
    double.script(delay=seconds)
    double.pull_delay = seconds


def look(kernel: Kernel, lane: str) -> list[Any]:
    return json.loads(kernel.run(LOOK.format(lane=lane)))


def done_well(kernel: Kernel, double: OllamaDouble, stage: Stage) -> Any:
    slow_down(kernel, double, 0)
    kernel.run(stage.cell)
    assert look(kernel, stage.lane) == ["done", "None", []]
    return json.loads(kernel.run(f"print(json.dumps({stage.result}))"))


def wait_hang_up(double: OllamaDouble, before: int) -> None:
    end = time.monotonic() + SOON
    while len(double.hang_ups) <= before:
        assert time.monotonic() < end, "the server was not told"
        time.sleep(0.005)


WANTED = {"embed": [80, 80], "map": "umap", "answer": True, "pull": True}


@pytest.mark.parametrize("name", STAGES)
def test_a_cell_interrupted_twice_then_done(kernel, double, name):
    stage = STAGES[name]
    set_up(kernel, stage)
    for _ in range(TIMES):
        hung_up = len(double.hang_ups)
        request = begin(kernel, double, stage)
        kernel.interrupt()
        with pytest.raises(RuntimeError, match="KeyboardInterrupt"):
            kernel.finish(request, SOON)
        assert look(kernel, stage.lane) == ["cancelled", "None", []]
        if stage.told.startswith("/"):
            wait_hang_up(double, hung_up)
    assert done_well(kernel, double, stage) == WANTED[name]


@pytest.mark.parametrize("name", STAGES)
def test_a_kernel_restarted_in_the_midst_leaves_nothing_running(kernel, double, name):
    stage = STAGES[name]
    for _ in range(RESTARTS):
        set_up(kernel, stage)
        hung_up = len(double.hang_ups)
        begin(kernel, double, stage)
        children = psutil.Process(kernel.process.pid).children(recursive=True)
        kernel.interrupt()  # a kernel takes no request to shut down while a cell runs, so JupyterLab's takes both
        assert kernel.restart() < ENDED
        _, alive = psutil.wait_procs(children, SOON)
        assert not alive
        if stage.told.startswith("/"):
            wait_hang_up(double, hung_up)
    set_up(kernel, stage)
    assert json.loads(kernel.run("print(json.dumps(wb.read_only))")) is False
    kernel.run(stage.cell)
    assert done_well(kernel, double, stage) == (
        [80, json.loads(kernel.run("print(len(wb.prepared.model.sent))"))] if name == "embed" else WANTED[name]
    )


def test_a_killed_kernel_takes_its_children_along(kernel, double):
    stage = STAGES["map"]
    set_up(kernel, stage)
    begin(kernel, double, stage)
    end, children = time.monotonic() + SOON, []
    while not children and time.monotonic() < end:
        children = psutil.Process(kernel.process.pid).children(recursive=True)
    assert children
    kernel.kill()
    _, alive = psutil.wait_procs(children, SOON)
    assert not alive
    set_up(kernel, stage)
    assert done_well(kernel, double, stage) == "umap"
