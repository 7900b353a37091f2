"""`compact` is killed at call after call: the record is as before or as after, and no vector of a chunk is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.faults.effort import effort
from tests.index.helpers import ROOT

KILLS = effort(24, 400)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks, which Windows cannot")
def test_killed_anywhere_nothing_is_lost_and_the_next_run_ends_it(tmp_path):
    command = [sys.executable, "-W", "error", "-m", "tests.faults.compact_kills", str(tmp_path), str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=effort(280, 3600), check=False)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert counts["tried"] > 0.8 * KILLS, counts  # of the calls near the end, none twice
    assert counts["kills"] >= counts["tried"] - 4, counts
    assert counts["before"] > 3, counts
    assert counts["after"] > 3, counts
    assert counts["strays"] > 3, counts
