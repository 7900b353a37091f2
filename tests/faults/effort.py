"""How far the fault tests go: a little in every run of the tests, much in `make faults`."""

from __future__ import annotations

import os

__all__ = ["effort"]


def effort(usual: int, thorough: int) -> int:
    """Give the number of seeds, faults or examples to try: `thorough` where WORKBENCH_FAULTS is set to 1."""
    return thorough if os.environ.get("WORKBENCH_FAULTS") == "1" else usual
