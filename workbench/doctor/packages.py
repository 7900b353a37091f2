"""The libraries: there, and in the ranges that the workbench was made for. Their metadata is read, none is imported."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement
from packaging.version import InvalidVersion

from workbench.doctor.checking import Check, Said, ok, problem
from workbench.doctor.declared import declared

__all__ = ["CHECKS", "SECURITY"]

SECURITY = ("jupyter-server", "jupyterlab", "nltk", "sentence-transformers", "transformers")
"""Packages whose lower bound shuts out versions with known holes."""


def _packages() -> Iterator[Said]:
    known = declared()
    wrong = [said for one in known.packages for said in _look(one, needed=True)]
    wrong += [said for one in known.extras for said in _look(one, needed=False)]
    yield from wrong
    if not wrong:
        yield ok(f"All {len(known.packages)} packages are there, in versions that fit.")


def _look(wanted: Requirement, *, needed: bool) -> Iterator[Said]:
    bare = Requirement(str(wanted).partition(";")[0])
    remedy = f"Install one that fits: `python -m pip install '{bare}'`."
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        if needed:
            yield problem(f"{wanted.name} is not installed.", remedy)
        return
    try:
        fits = bool(found) and wanted.specifier.contains(found, prereleases=True)
    except InvalidVersion:
        fits = False
    if not fits:
        hole = " Versions below that have known security holes." if wanted.name in SECURITY else ""
        yield problem(f"{wanted.name} is {found}; {wanted.specifier} is needed.{hole}", remedy)


CHECKS = (Check("packages", _packages),)
