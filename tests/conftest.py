"""Every test gets stores of its own; nothing is written beside the person's."""

from __future__ import annotations

import gc
import os
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings

from tests.caches import own_cache
from tests.needs import fail_if_required

# Continuous integration asks the same examples each time, however slow its machine; at home they are new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

BROWSER = "tests/browser/"


@pytest.fixture(scope="session")
def own_folders(tmp_path_factory) -> Path:
    """Give a folder for those of all tests: pytest numbers its own, and looks at all of them for each."""
    return tmp_path_factory.mktemp("own")


@pytest.fixture(autouse=True, scope="module")
def garbage_of_this_file_alone():
    """Take what the files before have left out of the collector's sight: millions of objects, seconds each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_stores(own_folders, monkeypatch):
    """Keep stores and cache in folders of this test."""
    own = Path(mkdtemp(dir=own_folders))
    (own / "stores").mkdir()
    monkeypatch.setenv("WORKBENCH_CACHE", str(own_cache(own / "cache")))
    monkeypatch.setenv("WORKBENCH_STORES", str(own / "stores"))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")


def together(nodeid: str) -> str:
    """Give what runs in one process: a file, or all browser tests, which share a JupyterLab and a Chromium."""
    return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


def pytest_collection_modifyitems(items):
    """Begin with what takes minutes, then with what has most tests: two processes end together."""
    tests = Counter(together(item.nodeid) for item in items)
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: (item.path not in long, -tests[together(item.nodeid)]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand out what runs together."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    return Together(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Let no test that must run be skipped."""
    report = yield
    fail_if_required(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """Let no file that must run be skipped."""
    report = yield
    fail_if_required(report)
    return report
