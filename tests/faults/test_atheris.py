"""The loaders under atheris, where it is installed and the fault tests are asked to go further."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.faults.effort import effort
from tests.index.helpers import ROOT

SECONDS = effort(0, 120)


@pytest.mark.skipif(not SECONDS, reason="asked for by make faults alone")
def test_no_bytes_crash_or_hang_a_loader(tmp_path):
    pytest.importorskip("atheris", reason="atheris is not installed: python -m pip install atheris (Linux, macOS)")
    command = [sys.executable, "-m", "tests.faults.atheris_loaders", f"-max_total_time={SECONDS}"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [*command, f"-artifact_prefix={tmp_path}/", "-verbosity=1"],
        cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False,
        timeout=SECONDS + 120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    runs = re.search(r"Done (\d+) runs", done.stderr)
    assert runs, done.stderr[-2000:]
    assert int(runs[1]) > 100, runs[0]
