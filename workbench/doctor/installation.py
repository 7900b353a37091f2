"""The checks of an installation, in their order."""

from __future__ import annotations

from workbench.doctor import bundled, interpreter, jupyter, libraries, machine, packages, services
from workbench.doctor.checking import run
from workbench.records import Finding

__all__ = ["CHECKS", "examine_installation"]

CHECKS = (
    *interpreter.CHECKS,
    *packages.CHECKS,
    *jupyter.CHECKS,
    *bundled.CHECKS,
    *libraries.CHECKS,
    *machine.CHECKS,
    *services.CHECKS,
)


def examine_installation() -> list[Finding]:
    """Look at Python, the libraries, Jupyter, the machine and the services around it."""
    return run("installation", CHECKS)
