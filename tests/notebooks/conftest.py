"""Each notebook runs once, whichever test file, in whichever of pytest's processes, looks at it first."""

from __future__ import annotations

import os
from functools import cache

import nbformat
import pytest
from filelock import FileLock

from tests.notebooks.running import run


@pytest.fixture(scope="package")
def ran(tmp_path_factory):
    """Give `ran(name)`: the notebook after one run in a fresh kernel."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    @cache
    def give(name):
        kept = shared / f"ran-{name}"
        with FileLock(kept.with_suffix(".lock")):
            if not kept.exists():
                nbformat.write(run(name, tmp_path_factory.mktemp("stores")), kept)
        return nbformat.read(kept, as_version=4)

    return give
