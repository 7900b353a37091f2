"""Refuse what should never be committed: notebook outputs, paths of one machine, registry hosts, secrets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MADE_UP = "a|ana|you"
"""People that no machine has: an example may use them."""

FORBIDDEN = {
    "a path of one machine": re.compile(
        rf"/(?:home|Users)/(?!(?:{MADE_UP})/)\w+/|[A-Z]:\\Users\\(?!(?:{MADE_UP})\b)\w|/[r]oot/|/[w]ork/(?:main|shared)"
    ),
    "a package registry's host": re.compile(
        r"\bpypi\.org|pythonhosted\.org|download\.pytorch\.org|conda\.anaconda\.org|registry\.npmjs\.org"
    ),
    "a secret": re.compile(
        r"-----BEGIN (?:\w+ )*PRIVATE KEY|\bgh[pousr]_\w{36}|\bsk-[\w-]{20,}|\bAKIA[0-9A-Z]{16}|\bhf_[A-Za-z]{30,}"
    ),
}


def main() -> int:
    """Check every file that git knows or would add; return 1 after naming each finding."""
    listing = ("git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    names = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    findings = [f"{name}{finding}" for name in sorted(set(names)) if name for finding in check_file(ROOT / name)]
    for finding in findings:
        sys.stderr.write(finding + "\n")
    return 1 if findings else 0


def check_file(path: Path) -> Iterator[str]:
    """Yield `:line: what is wrong` for a text file; files that are not UTF-8 text are left alone."""
    if not path.is_file():  # deleted and not yet committed, or a link to a folder
        return
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return
    yield from check_text(text)
    if path.suffix == ".ipynb":
        yield from check_notebook(text)


def check_text(text: str) -> Iterator[str]:
    """Yield each line that holds something forbidden."""
    for number, line in enumerate(text.splitlines(), 1):
        for name, pattern in FORBIDDEN.items():
            if found := pattern.search(line):
                yield f":{number}: {name}: {found.group()[:12]}... Take it out, make it relative, or make it up."


def check_notebook(text: str) -> Iterator[str]:
    """Yield each cell with an output or a count, and saved widget state."""
    notebook = json.loads(text)
    advice = "Clear it with: jupyter nbconvert --clear-output --inplace"
    for number, cell in enumerate(notebook["cells"], 1):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield f": cell {number} holds an output or a count. {advice}"
    if "widgets" in notebook["metadata"]:
        yield f": it holds widget state, megabytes of it. {advice}"


if __name__ == "__main__":
    raise SystemExit(main())
