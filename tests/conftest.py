"""Every test gets stores of its own; nothing is written beside the person's."""

from __future__ import annotations

import pytest

from tests.needs import fail_if_required


@pytest.fixture(autouse=True)
def own_stores(tmp_path_factory, monkeypatch):
    """Keep default stores in a folder of this test; converted models stay shared, they cost seconds."""
    monkeypatch.setenv("WORKBENCH_STORES", str(tmp_path_factory.mktemp("stores")))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")


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
