"""Write `requirements.lock` from the ranges in `pyproject.toml`; versions stay as they are unless told `--upgrade`."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from tools.install import LOCK, PROJECT, ROOT
from tools.shell import CommandFailed, run, say

HEADER = """\
# Every version that the workbench is tested with, for Linux, macOS and Windows. Written by `make lock`.
# PyTorch has neither build nor hash, and the CUDA libraries are left out: `make install` chooses the build.
"""
LEFT_OUT = re.compile(r"(nvidia|cuda)-|triton==|pip==")
"""CUDA's libraries, and pip, which the environment brings along."""


def main(arguments: list[str]) -> int:
    """Resolve and write; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "requirements.lock"
        if LOCK.exists():
            shutil.copy(LOCK, draft)
        try:
            run(command(draft, arguments), "Check the network and the ranges in pyproject.toml.")
        except CommandFailed as failure:
            sys.stderr.write(f"{failure}\n")
            return 1
        LOCK.write_text(clean(draft.read_text("utf-8")), "utf-8")
    say(f"{LOCK.relative_to(ROOT)} is written. Next: make install, make check, make test.")
    return 0


def command(draft: Path, arguments: list[str]) -> tuple[str, ...]:
    """Give uv's call: one lock for every system, with nothing in it that depends on where it was made."""
    options = (
        *("--universal", "--python-version", "3.11", "--group", "dev", "--all-extras", "--generate-hashes"),
        *("--no-header", "--no-annotate", "--quiet"),
    )
    uv = (sys.executable, "-m", "uv")
    return (*uv, "pip", "compile", *options, *arguments, "--output-file", str(draft), str(PROJECT))


def clean(lock: str, header: str = HEADER) -> str:
    r"""Put the header on, take the CUDA libraries out, and PyTorch's build and hashes off its version.

    >>> print(clean("torch==2.13.0+cpu\ntriton==3.7.1 ; sys_platform == 'linux'\n").splitlines()[-1])
    torch==2.13.0
    """
    kept = "".join(f"{line}\n" for line in lock.splitlines() if line and not line.startswith("#"))
    # A requirement with its hashes is one line that goes on behind backslashes.
    whole = [one for one in re.split(r"(?<!\\)\n", kept) if one and not LEFT_OUT.match(one)]
    return header + "".join(re.sub(r"^(torch==[\d.]+)(?:\+\w+)?[^;]*", r"\1", one) + "\n" for one in whole)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
