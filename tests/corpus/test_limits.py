"""A file that takes for ever, or all memory: it is left, and the next one is read by a new process."""

from __future__ import annotations

import os
import threading
import time

import docx
import psutil
import pytest

from tests.corpus.makers import saved
from workbench.corpus import load, reading
from workbench.errors import Cancelled
from workbench.jobs.child import Child

pytestmark = pytest.mark.timeout(120)

ENDLESS = b"<a " * 80_000
"""Minutes for Python's parser of HTML, which begins anew at each `<`."""
MADE = docx.Document()
MADE.add_paragraph("It hums.")
WELL = saved(MADE)


@pytest.fixture
def child():
    child = Child("reading", reading.MOST_MEMORY)
    yield child
    child.close()


def lines(corpus):
    return [(file.path, file.status, file.reason) for file in corpus.report.files]


def test_a_file_that_takes_for_ever_is_left(tmp_path, child, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", 5.0)
    monkeypatch.setattr(reading, "PATIENCE_PER_MB", 0.0)
    said = "not read within 5 seconds: it is damaged, or very involved; split it or leave it out"
    (tmp_path / "a.html").write_bytes(ENDLESS)
    (tmp_path / "b.docx").write_bytes(WELL)
    corpus = load(tmp_path, child=child)
    assert lines(corpus) == [("a.html", "failed", said), ("b.docx", "loaded", "")]


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="this system does not limit memory")
def test_a_file_that_takes_all_memory_is_left(tmp_path):
    (tmp_path / "a.json").write_bytes(b"[" + b"{}," * 3_000_000 + b"{}]")
    (tmp_path / "b.docx").write_bytes(WELL)
    child = Child("reading", 400_000_000)
    try:
        corpus = load(tmp_path, child=child)
    finally:
        child.close()
    failed, loaded = corpus.report.files
    assert failed.status == "failed"
    assert failed.reason == "takes more than 2 GB of memory to read; split it or leave it out"
    assert loaded.status == "loaded"


def started(child):
    """Wait for the process of a child that works at something."""
    while not (child.started and (processes := dict(child._executor._processes))):
        time.sleep(0.01)
    process = psutil.Process(next(iter(processes)))
    while process.cpu_times().user < 0.8:
        time.sleep(0.01)
    return process


@pytest.fixture
def busy(tmp_path):
    """A child that reads a file for ever, in a thread, and what came of it."""
    (tmp_path / "a.html").write_bytes(ENDLESS)
    (tmp_path / "b.docx").write_bytes(WELL)
    child, cancel, results = Child("reading"), threading.Event(), []

    def work():
        try:
            results.append(load(tmp_path, cancel, child=child))
        except Cancelled as error:
            results.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    yield child, cancel, thread, results
    cancel.set()
    thread.join()
    child.close()


def test_a_child_that_is_killed_costs_one_line(busy):
    child, _, thread, results = busy
    started(child).kill()
    thread.join()
    assert lines(results[0]) == [
        (
            "a.html",
            "failed",
            "reading it ended its process: it is damaged, or takes too much memory; split it or leave it out",
        ),
        ("b.docx", "loaded", ""),
    ]


def test_cancelling_stops_a_file_that_takes_for_ever(busy):
    child, cancel, thread, results = busy
    process = started(child)
    cancel.set()
    thread.join()
    assert isinstance(results[0], Cancelled)
    assert not process.is_running()


def test_texts_and_small_tables_start_no_process(tmp_path):
    for name, text in {"a.txt": "x", "b.md": "# x", "c.csv": "a,b\n1,2", "d.json": "[1]", "e.png": "x"}.items():
        (tmp_path / name).write_text(text)
    child = Child("reading")
    load(tmp_path, child=child)
    assert not child.started
