"""Every public name can be imported, and importing the package costs nothing."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import workbench

STAGES = sorted(module.name for module in pkgutil.iter_modules(workbench.__path__, "workbench.") if module.ispkg)


def test_public_names_are_sorted_and_can_be_imported():
    assert workbench.__all__ == sorted(workbench.__all__)
    assert {"Workbench", "embedding_model"} <= set(workbench.__all__)
    for name in workbench.__all__:
        assert getattr(workbench, name).__name__ == name


def test_public_names_are_listed_by_dir():
    assert set(workbench.__all__) <= set(dir(workbench))


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(AttributeError, match="no attribute 'Workbnech'; it offers Workbench, embedding_model"):
        _ = workbench.Workbnech


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_offers_what_its_all_says(stage):
    module = importlib.import_module(stage)
    missing = [name for name in getattr(module, "__all__", ()) if not hasattr(module, name)]
    assert missing == []


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_says_what_it_is_for(stage):
    assert len(importlib.import_module(stage).__doc__ or "") > 20
