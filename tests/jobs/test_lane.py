from __future__ import annotations

import threading

import pytest

from workbench.errors import Cancelled
from workbench.jobs.lane import Lane
from workbench.jobs.meter import Meter


def patient(job):
    """Work until cancelled."""
    assert job.cancel.wait(5)
    raise Cancelled("stopped")


def test_gives_the_result():
    assert Lane("a").submit("key", lambda job: 41 + 1).wait() == 42


def test_an_equal_call_joins_the_running_job():
    lane, go, runs = Lane("a"), threading.Event(), []

    def work(job):
        runs.append(1)
        go.wait(5)
        return "once"

    first, second = lane.submit("same", work), lane.submit("same", work)
    assert first is second
    go.set()
    assert (first.wait(), len(runs)) == ("once", 1)


def test_an_equal_call_joins_no_job_that_is_settled():
    lane, settled, go = Lane("a"), threading.Event(), threading.Event()

    def work(job):
        job.settled = True
        settled.set()
        assert go.wait(5)
        return "first"

    first = lane.submit("same", work)
    assert settled.wait(5)
    second = lane.submit("same", lambda job: "second")
    go.set()
    assert (first.wait(), second.wait()) == ("first", "second")


def test_the_newest_wins():
    lane = Lane("a")
    first = lane.submit(1, patient)
    second = lane.submit(2, patient)
    third = lane.submit(3, lambda job: "newest")
    assert third.wait() == "newest"
    with pytest.raises(Cancelled):
        first.wait()
    with pytest.raises(Cancelled):
        second.wait()
    assert first.overtaken
    assert second.overtaken


def test_an_error_reaches_who_waits_and_the_lane_goes_on():
    lane = Lane("a")
    with pytest.raises(ZeroDivisionError):
        lane.submit(1, lambda job: 1 // 0).wait()
    assert lane.submit(2, lambda job: "fine").wait() == "fine"


def test_cancel_stops_what_runs():
    lane = Lane("a")
    job = lane.submit(1, patient)
    lane.cancel()
    with pytest.raises(Cancelled, match="stopped"):
        job.wait()
    assert not job.overtaken


def test_inline_runs_at_once_on_this_thread():
    threads = []
    Lane("a", "inline").submit(1, lambda job: threads.append(threading.current_thread()))
    assert threads == [threading.current_thread()]


def test_a_meter_tells_the_first_and_the_last():
    told = []
    meter = Meter(told.append, "embed", "Embedding")
    for done in range(0, 101, 10):
        meter(done, 100)
    assert (told[0].done, told[-1].done) == (0, 100)
    assert len(told) <= 3
    assert (told[-1].lane, told[-1].label, told[-1].unit, told[-1].state) == ("embed", "Embedding", "chunks", "running")
