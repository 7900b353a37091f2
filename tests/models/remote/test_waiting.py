"""A service that takes no more requests for now is waited for: told, bounded, and stopped when asked."""

from __future__ import annotations

import email.utils
import threading
import time

import pytest

from tests.models.remote.double import Fault
from workbench.errors import Cancelled, ServerError
from workbench.models.openai import OpenAIModel
from workbench.models.remote.waiting import asked_wait, backoff, listening, pause


@pytest.fixture
def patient(double):
    made = OpenAIModel("text-embedding-3-small", base_url=f"{double.url}/v1", max_retries=3)
    yield made
    made.close()


def test_it_waits_as_long_as_it_is_asked_to_and_goes_on(patient, double):
    told: list[str] = []
    double.fail(Fault(429, "Slow down", headers={"Retry-After": "1"}))
    double.fail(Fault(429, "Slow down", headers={"retry-after-ms": "20"}))
    with listening(tell=told.append):
        assert patient.embed(["a llama"], "document").shape == (1, 1536)
    assert len(double.asked) == 3
    host = double.url.removeprefix("http://")
    assert told == [
        f"{host} takes no more requests for now: waiting 1 s.",
        f"{host} takes no more requests for now: trying again.",
    ]


def test_it_gives_up_after_so_many(patient, double):
    double.fail(Fault(500, "boom", headers={"retry-after-ms": "1"}), times=9)
    with pytest.raises(ServerError, match="500: boom"):
        patient.embed(["a llama"], "document")
    assert len(double.asked) == 4


def test_a_wait_of_hours_is_not_begun(patient, double):
    double.fail(Fault(429, "Slow down", headers={"Retry-After": "7200"}))
    with pytest.raises(ServerError, match="Try again in 7200 s"):
        patient.embed(["a llama"], "document")
    assert len(double.asked) == 1


def test_used_up_credit_is_not_waited_for(patient, double):
    double.fail(Fault(429, "You exceeded your quota", "insufficient_quota"))
    with pytest.raises(ServerError, match="is used up"):
        patient.embed(["a llama"], "document")
    assert len(double.asked) == 1


def test_a_wait_ends_when_it_is_cancelled(patient, double):
    cancel = threading.Event()
    double.fail(Fault(429, "Slow down", headers={"Retry-After": "100"}))
    # The wait has begun when it is told.
    with listening(cancel, lambda sentence: cancel.set()), pytest.raises(Cancelled, match="the wait was stopped"):
        patient.embed(["a llama"], "document")
    assert len(double.asked) == 1


def test_listening_ends_with_its_block():
    told: list[str] = []
    with listening(tell=told.append):
        pass
    pause(0, "Nobody hears this")
    assert told == []


def test_the_time_that_a_reply_asks_for():
    later = email.utils.format_datetime(email.utils.localtime().fromtimestamp(time.time() + 60).astimezone())
    assert asked_wait({"retry-after": "7"}) == 7
    assert asked_wait({"retry-after": "7", "retry-after-ms": "250"}) == 0.25
    assert asked_wait({"retry-after": "-3"}) == 0
    assert 50 < (asked_wait({"retry-after": later}) or 0) <= 60
    for nothing in ({}, {"retry-after": "soon"}, {"retry-after": "nan"}, {"retry-after": "inf"}):
        assert asked_wait(nothing) is None


def test_without_a_time_each_wait_is_twice_the_last_up_to_eight_seconds():
    assert [backoff(attempt) for attempt in range(6)] == [0.5, 1, 2, 4, 8, 8]
