"""What a check is: a name, and a function that says what it found. A check that fails is a finding itself."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from workbench.records import Finding

__all__ = ["Check", "Said", "note", "ok", "problem", "run", "size"]


class Said(NamedTuple):
    """What a check says: `ok`, `note` or `problem`, what was found, what to do."""

    state: Literal["ok", "note", "problem"]
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class Check:
    """One subject: `look` takes what is examined and gives what there is to say, nothing where it does not apply."""

    name: str
    look: Callable[..., Iterable[Said]]


def ok(found: str) -> Said:
    """Say that something is as it should be."""
    return Said("ok", found)


def note(found: str, remedy: str = "") -> Said:
    """Say what a person should know; nothing is broken."""
    return Said("note", found, remedy)


def problem(found: str, remedy: str) -> Said:
    """Say what is wrong and what to do about it."""
    return Said("problem", found, remedy)


def run(about: Literal["installation", "store"], checks: Sequence[Check], *given: object) -> list[Finding]:
    """Run checks one after another; what one of them raises is its finding."""
    return [Finding(about, check.name, *said) for check in checks for said in _said(check, given)]


def _said(check: Check, given: tuple[object, ...]) -> Iterator[Said]:
    try:
        yield from check.look(*given)
    except Exception as error:  # noqa: BLE001 - whatever is wrong here, the other checks go on
        last = traceback.extract_tb(error.__traceback__)[-1]
        yield problem(
            f"This check failed itself, so that nothing is known ({type(error).__name__}: {error}; "
            f"{Path(last.filename).name}, line {last.lineno}).",
            "See whether it comes back: `python -m workbench doctor --json`; if so, report what it prints.",
        )


def size(number: float) -> str:
    """Give bytes as a person reads them, in units of 1000."""
    for unit in ("bytes", "kB", "MB"):
        if abs(number) < 1000:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"
