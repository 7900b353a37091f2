"""A child that must not be killed amid its work is asked to leave, and killed once it may be."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.jobs import work
from workbench.errors import Cancelled
from workbench.jobs import child as module
from workbench.jobs.child import Child


@pytest.fixture
def child():
    child = Child("index")
    yield child
    child.close()


def cancelled(child, tmp_path, spare):
    """Run what ends when a file is there, and cancel it once it has begun."""
    cancel, begun, leave = threading.Event(), tmp_path / "begun", tmp_path / "leave"
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(child.run, work.work_until, str(begun), str(leave), cancel=cancel, spare=spare)
        while not begun.exists():
            assert not future.done()
        cancel.set()
        return future.result(120)


def test_what_it_returns_when_it_is_asked_to_leave_counts(child, tmp_path):
    def spare():
        (tmp_path / "leave").touch()
        return False

    assert cancelled(child, tmp_path, spare) == "left"


def test_it_is_killed_once_it_may_be(child, tmp_path):
    with pytest.raises(Cancelled, match="The index process was stopped as asked"):
        cancelled(child, tmp_path, lambda: True)
    assert not child.started


def test_it_is_killed_when_its_time_is_over(child, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "GRACE", 0.2)
    asked = []
    with pytest.raises(Cancelled):
        cancelled(child, tmp_path, lambda: asked.append(1))
    assert len(asked) > 1
    assert not child.started
