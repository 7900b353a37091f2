"""A notebook that loads, embeds, fills Chroma and draws may be killed at any moment."""

from __future__ import annotations

import os
import random

import pytest

from tests.faults.effort import effort
from tests.faults.promises import look, look_at_the_end

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")

SEEDS = effort(20, 200)
_CHAPTERS = ("first", "change", "rebuild", "other")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_kill_loses_nothing_that_was_acknowledged(campaign, tmp_path, seed):
    moment = random.Random(seed)
    (chapter,) = moment.choices(_CHAPTERS, (8, 6, 3, 3))
    place = campaign.set_out(tmp_path, chapter, sync=(2, 10, 1000)[seed % 3])
    before, after = campaign.before(place), campaign.after(place)
    lives = []
    for _ in range(moment.choice((1, 1, 2))):  # the run that resumes may be killed too
        lives.append(campaign.kill(place, moment))
        look(place, lives[-1], before, after)
    lives.append(campaign.resume(place))
    look_at_the_end(campaign, place, lives, before, after)
