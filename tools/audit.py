"""Look for known security holes in what the lock names: our own list at once, then the advisories of PyPI."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tools.install import LOCK, requirements
from tools.shell import say

FLOORS = {
    "jupyter-server": "2.20",
    "jupyterlab": "4.6.2",
    "nltk": "3.9.4",
    "sentence-transformers": "6.0",
    "transformers": "5.3",
}
"""The first version without the holes that were known when it was written here; looked up without a network."""

CLEAN, HOLES, BELOW, UNASKED = 0, 1, 3, 4
"""Exit statuses: no known hole; some; a version below a floor; not all advisories could be read."""
_SECONDS = 600

Package = dict[str, Any]
"""Of pip-audit's report: name, version and vulns, or name and skip_reason."""


def main() -> int:
    """Compare the lock with the floors, then ask for advisories; return the exit status."""
    lock = LOCK.read_text("utf-8")
    low = list(below(lock))
    for finding in low:
        say(finding)
    if low:
        return BELOW
    say(f"Every version in {LOCK.name} is at or above our security floors ({len(FLOORS)} packages have one).")
    packages = [package for pins in rounds(lock) for package in advisories(pins)]
    return conclude(packages, len(requirements(lock)))


def conclude(packages: Sequence[Package], locked: int) -> int:
    """Say what pip-audit found among `locked` packages; return the exit status."""
    holes = [hole for package in packages for hole in _holes(package)]
    asked = [package for package in packages if "skip_reason" not in package]
    for hole in holes:
        say(hole)
    say(f"{len(holes)} known holes in the {len(asked)} of {locked} packages whose advisories could be read.")
    if len(asked) < locked:
        unknown = [str(package["name"]) for package in packages if "skip_reason" in package]
        named = f" ({', '.join(unknown[:5])}{', ...' if unknown[5:] else ''})" if unknown else ""
        say(
            f"PyPI's advisories could not be read for {locked - len(asked)} packages{named}: holes found since the "
            "floors were set are not known for them. Run make audit again where PyPI itself can be reached."
        )
    if holes:
        return HOLES
    return CLEAN if len(asked) == locked else UNASKED


def below(lock: str) -> Iterator[str]:
    """Yield a sentence for each requirement of a lock that is below its floor.

    >>> list(below("nltk==3.9.3"))
    ['nltk==3.9.3 has known holes, 3.9.4 has not. Run: make lock ARGS="--upgrade-package nltk"']
    >>> list(below("nltk==3.10"))
    []
    """
    for line in requirements(lock):
        name, _, version = line.partition(";")[0].strip().partition("==")
        if name in FLOORS and _number(version) < _number(FLOORS[name]):
            do = f'make lock ARGS="--upgrade-package {name}"'
            yield f"{name}=={version} has known holes, {FLOORS[name]} has not. Run: {do}"


def rounds(lock: str) -> list[list[str]]:
    """Give the pins of every system in lists that name each package once, which is what pip-audit takes."""
    lists: list[dict[str, str]] = []
    for line in requirements(lock):
        pin = line.partition(";")[0].strip()
        name = pin.partition("==")[0]
        place = next((one for one in lists if name not in one), None)
        if place is None:
            lists.append(place := {})
        place[name] = pin
    return [list(one.values()) for one in lists]


def advisories(pins: Sequence[str]) -> list[Package]:
    """Give what pip-audit reports of these pins; nothing where it could not find out, after its last words."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pins.txt"
        file.write_text("\n".join(pins), "utf-8")
        options = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off")
        command = (sys.executable, "-m", "pip_audit", "--requirement", str(file), *options)
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"pip-audit was not done after {_SECONDS} s.")
            return []
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except ValueError:
        words = done.stderr.strip().splitlines()
        say(f"pip-audit: {words[-1] if words else 'no words'}")
        return []


def _holes(package: Package) -> Iterator[str]:
    for hole in package.get("vulns", ()):
        mended = ", ".join(hole["fix_versions"]) or "no version yet"
        yield f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


def _number(version: str) -> tuple[int, ...]:
    """Give the numbers at the front of a version, to compare: 4.6.2 of `4.6.2rc1`."""
    return tuple(int(part) for part in re.findall(r"\d+", re.match(r"[\d.]*", version)[0]))  # type: ignore[index]


if __name__ == "__main__":
    raise SystemExit(main())
