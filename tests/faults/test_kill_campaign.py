"""A notebook that loads, embeds, fills Chroma and draws may be killed at any moment."""

from __future__ import annotations

import os
import random
import signal
from contextlib import suppress

import pytest

from tests.faults.campaign import Heard
from tests.faults.effort import effort
from tests.faults.promises import look, look_at_the_end

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")

CHAPTERS = {"first": 8, "change": 6, "rebuild": 3, "other": 3}
"""How often each is the one that is killed."""


def chosen(seed: int, moment: random.Random) -> dict:
    """Give the life of a seed: one in twenty has the bundled model, and one child processes of its own."""
    (chapter,) = moment.choices(list(CHAPTERS), CHAPTERS.values())
    bundled, own = seed % 20 == 8, seed % 20 == 10
    return {
        "chapter": "first" if bundled else chapter,
        "sync": (2, 10, 1000)[seed % 3],
        "model": "bundled" if bundled else "words",
        "own": own,
    }


@pytest.mark.parametrize("seed", range(effort(20, 200)))
def test_a_kill_loses_nothing_that_was_acknowledged(campaign, tmp_path, record_property, seed):
    moment = random.Random(seed)
    place = campaign.set_out(tmp_path, **chosen(seed, moment))
    before, after = campaign.before(place), campaign.after(place)
    lives = []
    for _ in range(moment.choice((1, 1, 2))):  # the run that resumes may be killed too
        lives.append(campaign.kill(place, moment))
        look(place, lives[-1], before, after)
        record_property("kill", lives[-1].stage if lives[-1].killed else "too late")
    lives.append(campaign.resume(place))
    record_property("torn", len(list(place.store.glob("chroma.damaged-*"))))
    record_property("twice", look_at_the_end(campaign, place, lives, before, after))


@pytest.mark.parametrize("seed", range(effort(2, 20)))
def test_a_kill_while_chroma_writes_its_files_costs_at_most_the_index(campaign, tmp_path, record_property, seed):
    place = campaign.set_out(tmp_path, "first", sync=2)
    before, after = campaign.before(place), campaign.after(place)
    heard = campaign.kill_in_a_sync(place, random.Random(seed))
    record_property("kill", f"{heard.stage}, as Chroma writes its files" if heard.killed else "too late")
    look(place, heard, before, after)
    lives = [heard, campaign.resume(place)]
    record_property("torn", len(list(place.store.glob("chroma.damaged-*"))))
    record_property("twice", look_at_the_end(campaign, place, lives, before, after))


@pytest.mark.parametrize("seed", range(effort(1, 10)))
def test_an_index_whose_child_process_is_killed_is_filled_by_the_next(campaign, tmp_path, record_property, seed):
    moment = random.Random(seed)
    place = campaign.set_out(tmp_path, "first", sync=2, own=True)
    heard, delay = Heard(), moment.uniform(0, 0.9 * campaign.seconds(place)["index"])
    campaign.nursery.begin(**place.given())
    assert heard.follow(campaign.nursery, lambda line: "child" in line, delay)
    with suppress(ProcessLookupError):
        os.kill(heard.last("child"), signal.SIGKILL)
    heard.follow(campaign.nursery)
    assert heard.last("ended") == 0, heard.last("failed")
    record_property("kill", "index, the child alone" if heard.last("index_ended") else "too late")
    look_at_the_end(campaign, place, [heard], campaign.before(place), campaign.after(place))
