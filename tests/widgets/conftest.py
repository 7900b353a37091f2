"""Figures are made at once: what they need is imported before the first test."""

from __future__ import annotations

import pytest

from workbench.widgets.figure_widget import figure_class


@pytest.fixture(autouse=True, scope="session")
def importable():
    figure_class()
