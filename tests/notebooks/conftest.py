"""Each notebook runs once, whichever test file looks at it first."""

from __future__ import annotations

import pytest

from tests.notebooks.running import run


@pytest.fixture(scope="package")
def ran(tmp_path_factory):
    """Give `ran(name)`: the notebook after one run in a fresh kernel."""
    done = {}

    def give(name):
        if name not in done:
            done[name] = run(name, tmp_path_factory.mktemp("stores"))
        return done[name]

    return give
