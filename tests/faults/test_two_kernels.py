"""Two notebooks on one store, each with a real kernel: one embeds, the other reads, and takes over when that dies."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0

CELL = """
from tests.doubles import WordModel
from workbench import Workbench
import json, os, workbench.session.work
workbench.session.work.fill_index = lambda wb, job, rebuild: len(wb.chunk_list)  # Chroma is not the subject
texts = [f"text number {{number}} is about llamas" for number in range({count})]
wb = Workbench(texts, store={store!r}, model=WordModel(4096), llm="extractive")
"""


class Notebook:
    """A kernel, and cells to run in it."""

    def __init__(self) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(ROOT), env={**os.environ, "PYTHONPATH": str(ROOT)})
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=PATIENCE)
        except BaseException:
            self.close()
            raise

    def run(self, cell: str) -> str:
        """Run a cell; give what it printed, or raise what it raised as text."""
        said: list[str] = []

        def hear(message):
            if message["header"]["msg_type"] == "stream":
                said.append(message["content"]["text"])

        reply = self.client.execute_interactive(cell, timeout=PATIENCE, output_hook=hear, allow_stdin=False)["content"]
        if reply["status"] != "ok":
            raise RuntimeError(f"{reply['ename']}: {reply['evalue']}")
        return "".join(said)

    def value(self, expression: str):
        return json.loads(self.run(f"print(json.dumps({expression}))"))

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@pytest.fixture
def notebooks():
    with closing(Notebook()) as first, closing(Notebook()) as second:
        yield first, second


@pytest.mark.slow
def test_the_second_reads_and_takes_over_when_the_first_kernel_dies(notebooks, tmp_path):
    first, second = notebooks
    store = str(tmp_path / "store")
    first.run(CELL.format(store=store, count=60))
    assert first.value("wb.embed().new") == 60
    second.run(CELL.format(store=f"{tmp_path}/nowhere/../store/", count=80))
    found = second.value("[wb.search('text number 59', top_k=1)[0].chunk.text, wb.read_only, wb.embedded]")
    assert found == ["text number 59 is about llamas", True, 60]
    pid = first.value("os.getpid()")
    with pytest.raises(
        RuntimeError, match=rf"StoreLocked: .*process {pid} on \S+\. .*shut its kernel down.*wb\.refresh"
    ):
        second.run("wb.embed()")
    # Running the cell again makes no second writer of the first notebook, nor a stranger of it.
    first.run(CELL.format(store=store, count=70))
    assert first.value("[wb.embed().new, wb.read_only]") == [10, False]
    second.run("wb.refresh()")
    assert second.value("[wb.read_only, wb.embedded]") == [True, 70]
    assert second.value("wb.search('text number 69', top_k=1)[0].chunk.text") == "text number 69 is about llamas"
    # The kernel is killed, as from JupyterLab's list of kernels; its new one starts as a reader of the other's store.
    first.manager.restart_kernel(now=True)
    first.client.wait_for_ready(timeout=PATIENCE)
    second.run("wb.refresh()")
    assert second.value("[wb.read_only, wb.embed().new, wb.embedded]") == [False, 10, 80]
    first.run(CELL.format(store=store, count=80))
    assert first.value("[wb.search('text number 79', top_k=1)[0].chunk.text, wb.read_only, wb.embedded]") == [
        "text number 79 is about llamas",
        True,
        80,
    ]
    assert second.value("wb.store.record.query('PRAGMA integrity_check')") == [["ok"]]
    # The writer closes its workbench: the other one embeds without being told.
    second.run("wb.close()")
    assert first.value("[wb.embed(chunk_size=3, chunk_overlap=0).new == len(wb.chunk_list), wb.store.writable]") == [
        True,
        True,
    ]
