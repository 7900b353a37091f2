"""The child process: results, errors, death, and that nothing of it is left."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.fresh import run_fresh
from tests.jobs import work
from workbench.errors import Cancelled, CorpusNotFound, OutOfTime, WorkbenchError
from workbench.jobs.child import Child

ROOT = Path(__file__).parents[2]


@pytest.fixture
def child():
    child = Child("map")
    yield child
    child.close()


def wait_for(condition, seconds=10.0):
    """Wait until something holds and give the seconds it took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "waited in vain"
        time.sleep(0.01)
    return time.monotonic() - start


def text_in(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_a_result_comes_back_from_one_warm_niced_process(child):
    assert not child.started
    assert child.run(work.add, 2, 3) == 5
    first = child.run(work.pid)
    assert first != os.getpid()
    assert child.run(work.pid) == first
    assert child.run(work.niceness) == os.nice(0) + 10


@pytest.mark.skipif(os.name != "posix", reason="there are no groups of processes")
def test_what_watches_over_children_is_not_in_the_group_that_a_kernel_ends():
    script = """
import os, psutil
from tests.jobs import work
from workbench.jobs.child import Child
child = Child("map")
child.run(work.pid)
import joblib  # brings a copy of loky along, which takes loky's name
child.close()
pid = child.run(work.pid)
for one in psutil.Process().children():
    print(one.pid == pid, os.getpgid(one.pid) == os.getpgrp(), "resource_tracker" in " ".join(one.cmdline()))
child.close()
"""
    watchers, children = ["False False True"] * 2, ["True True False"]
    assert sorted(run_fresh(script).splitlines()) == watchers + children


def test_errors_come_back_as_they_are_and_the_child_lives_on(child):
    pid = child.run(work.pid)
    with pytest.raises(CorpusNotFound, match=r"There is no llamas\.") as caught:
        child.run(work.refuse, "llamas")
    assert "in refuse" in str(caught.value.__cause__)
    with pytest.raises(ZeroDivisionError):
        child.run(work.divide)
    with pytest.raises(TimeoutError, match="of the function itself"):
        child.run(work.time_out)
    assert child.run(work.pid) == pid


def test_cancelling_kills_it_within_a_second_and_the_next_run_works(child, tmp_path):
    told, cancel, problems = tmp_path / "pid", threading.Event(), []

    def ask():
        try:
            child.run(work.sleep_and_tell, str(told), 60, cancel=cancel)
        except Cancelled as error:
            problems.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    wait_for(lambda: text_in(told))
    cancel.set()
    assert wait_for(lambda: not psutil.pid_exists(int(text_in(told)))) < 1
    thread.join()
    assert problems == ["The map process was stopped as asked; run it again to start over."]
    assert child.run(work.add, 1, 1) == 2


def test_a_run_cancelled_beforehand_starts_nothing(child):
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        child.run(work.add, 1, 1, cancel=cancel)
    assert not child.started


def test_a_dead_child_is_one_sentence_and_the_next_run_works(child):
    with pytest.raises(WorkbenchError, match="The map process ended before it was done: it was killed, or memory"):
        child.run(work.die)
    assert child.run(work.add, 2, 2) == 4


def test_a_child_that_died_while_idle_is_replaced(child):
    for _ in range(8):  # at once, in which moment its own executor may take it for alive
        pid = child.run(work.pid)
        psutil.Process(pid).kill()
        while psutil.pid_exists(pid):
            pass
        assert child.run(work.pid) != pid


def test_runs_from_two_threads_take_turns(child):
    results = []
    threads = [threading.Thread(target=lambda n=n: results.append(child.run(work.add, n, n))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 2, 4, 6]


def test_warming_does_not_wait_and_a_run_follows(child, tmp_path):
    start = time.monotonic()
    child.warm(work.sleep_and_tell, str(tmp_path / "pid"), 0.3)
    assert time.monotonic() - start < 1
    assert child.run(work.add, 1, 2) == 3
    assert text_in(tmp_path / "pid") == str(child.run(work.pid))


def test_close_leaves_no_process_and_no_zombie(child):
    before = {process.pid for process in psutil.Process().children()}
    pid = child.run(work.pid)
    child.close()
    child.close()
    assert not psutil.pid_exists(pid)
    left = [p for p in psutil.Process().children() if p.pid not in before and p.status() == psutil.STATUS_ZOMBIE]
    assert left == []
    assert child.run(work.add, 1, 0) == 1


def test_it_is_silent_and_deaf_to_interrupts(child, capfd):
    assert child.run(work.shout) == "said"
    assert child.run(work.ignores_interrupts) is True
    child.close()
    assert capfd.readouterr() == ("", "")


SCRIPT = """
import threading
from tests.jobs import work
from workbench.jobs.child import Child
child = Child("map")
print(child.run(work.add, 20, 22), flush=True)
print(child.run(work.pid), flush=True)
{last}
"""
LAST = {
    "leaves it idle": "",
    "leaves it busy": "child.warm(work.sleep_and_tell, {told!r}, 60)",
    "has a thread waiting": (
        "from concurrent.futures import Future\nimport time\nended = Future()\n"
        "def wait():\n"
        "    try: child.run(work.sleep_and_tell, {told!r}, 60)\n"
        "    except Exception as error: ended.set_result(error)\n"
        "threading.Thread(target=wait, daemon=True).start()\n"
        "time.sleep(0.5)"
    ),
    "is killed": "import os; os.kill(os.getpid(), 9)",
}


@pytest.mark.parametrize("last", LAST)
def test_a_script_without_a_main_guard_ends_quickly_quietly_and_takes_the_child_along(last, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(last=LAST[last].format(told=str(tmp_path / "told"))))
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    answer, pid = done.stdout.split()
    assert answer == "42"  # once: the script was not run again in the child
    assert wait_for(lambda: not psutil.pid_exists(int(pid))) < 3
    if last == "is killed":
        assert done.returncode == -9
    else:
        assert (done.returncode, done.stderr) == (0, "")


def test_a_run_that_takes_too_long_is_killed_and_the_next_one_works(child, tmp_path):
    told = tmp_path / "pid"
    with pytest.raises(OutOfTime, match="took more than 1 seconds and was stopped"):
        child.run(work.sleep_and_tell, str(told), 60, seconds=1)
    wait_for(lambda: not psutil.pid_exists(int(text_in(told))))
    assert child.run(work.add, 1, 1, seconds=60) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="this system does not limit memory")
def test_memory_beyond_its_limit_is_refused_and_the_child_lives_on():
    child = Child("map", 500_000_000)
    try:
        pid = child.run(work.take, 10)
        with pytest.raises(MemoryError):
            child.run(work.take, 500_000_000)
        assert child.run(work.pid) == pid
    finally:
        child.close()


def test_a_child_that_has_grown_is_neither_ended_nor_warned_of(child):
    pid = child.run(work.take, 10)
    time.sleep(1.1)  # loky looks at most once a second
    assert child.run(work.take, 400_000_000) == pid
    time.sleep(1.1)
    assert child.run(work.take, 10) == pid
    assert child.run(work.pid) == pid
