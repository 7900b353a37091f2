"""Find a Chromium for the browser tests, or say how to get one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tools.downloads import CHROMIUM_MB
from tools.shell import say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = (
    "No Chromium was found, which the browser tests need. "
    f"On Debian and Ubuntu: apt-get install chromium chromium-driver (about {CHROMIUM_MB['apt']} MB). "
    f"Elsewhere: make install, then .venv/bin/python -m playwright install chromium "
    f"(about {CHROMIUM_MB['playwright']} MB). Or set WORKBENCH_CHROMIUM to a browser that you have."
)


def find() -> str | None:
    """Give the path of a Chromium: `WORKBENCH_CHROMIUM`, else one on the PATH, else playwright's own newest."""
    if given := os.environ.get("WORKBENCH_CHROMIUM"):
        return given if Path(given).exists() else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return next((str(path) for path in _playwright_builds()), None)


def _playwright_builds() -> list[Path]:
    """List the browsers that `playwright install chromium` has fetched, newest first."""
    home = Path.home()
    folders = [
        home / ".cache/ms-playwright",
        home / "Library/Caches/ms-playwright",
        home / "AppData/Local/ms-playwright",
    ]
    if given := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        folders.insert(0, Path(given))
    binaries = ("chrome-linux*/chrome", "chrome-win*/chrome.exe", "chrome-mac*/*.app/Contents/MacOS/*")
    found = [path for folder in folders for binary in binaries for path in folder.glob(f"chromium-*/{binary}")]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def main() -> int:
    """Say which browser the tests take; return 1 when there is none."""
    path = find()
    say(f"The browser tests use {path}." if path else HOW)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
