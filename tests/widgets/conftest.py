"""Figures are made at once: what they need is imported before the first test."""

from __future__ import annotations

import pytest

from workbench.widgets.map_figure import _widget_class


@pytest.fixture(autouse=True, scope="session")
def importable():
    _widget_class()
