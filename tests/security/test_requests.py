"""No request leaves this machine: the whole app, watched by Python's audit events and, where it can, by the kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.running import read
from tests.project.files import ROOT
from tests.security.apart import RECORDER, can_be_apart
from workbench.models.ollama.hosts import is_loopback

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are watched as Linux and macOS start them")

APART = can_be_apart()
"""Whether the kernel counts; without it Python's events alone are looked at, which native code does not raise."""


PARTS = ("formats", "servers", "others", "app", "models", "libraries")
OURS = {
    "numpy", "builtins", "workbench", "loky", "collections", "pathlib", "datetime", "functools", "copyreg", "_codecs",
    "multiprocessing", "concurrent", "pandas", "cloudpickle", "tests", "traceback", "types", "_io", "os", "posix",
    "numba",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What a process and its children did, and how many packets the kernel dropped (None where it was not asked)."""

    said: str
    events: list[list[Any]]
    dropped: int | None

    @property
    def elsewhere(self) -> set[str]:
        """Names and addresses that are not this machine."""
        places = {place for kind, place, *_ in self.events if kind != "pickle" and place not in ("None", "")}
        return {
            place for place in places if not is_loopback(f"http://[{place}]" if ":" in place else f"http://{place}")
        }


def watched(home: Path, command: list[str], **more: str) -> Seen:
    """Run Python with arguments, watched with all its children."""
    (home / "site").mkdir(exist_ok=True)
    (home / "site" / "sitecustomize.py").write_text(RECORDER)
    log, counted = home / "seen", home / "dropped"
    away = {
        "PYTHONPATH": f"{home / 'site'}{os.pathsep}{ROOT}",
        "WORKBENCH_SEEN": str(log),
        "HOME": str(home),
        "HF_HOME": str(home / "hf"),
        "OLLAMA_HOST": "http://127.0.0.1:9",
    }
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    prefix = ["unshare", "-rn", sys.executable, "-m", "tests.security.apart", str(counted)] if APART else []
    done = subprocess.run(
        [*prefix, sys.executable, *command],
        check=False, capture_output=True, text=True, timeout=1500, cwd=ROOT, env={**kept, **away, **more},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return Seen(done.stdout, events, json.loads(counted.read_text()) if APART else None)


def run_parts(home: Path, *parts: str) -> Seen:
    seen = watched(home, [str(ROOT / "tests" / "security" / "whole_app.py"), str(home), *parts])
    assert seen.said.split() == list(parts)
    return seen


@pytest.mark.slow
def test_nothing_leaves_this_machine(tmp_path):
    seen = run_parts(tmp_path, *PARTS)
    assert seen.elsewhere == set()
    assert seen.dropped in (0, None)
    asked = {port for kind, _, port in (one for one in seen.events if one[0] == "address")}
    assert set(json.loads((tmp_path / "ports").read_text())) <= asked  # they were watched
    # Arguments and results of our own processes go through pipes as pickles, of these packages alone; numba keeps what
    # it has compiled of its packages as pickles beside them.
    assert {place.partition(".")[0] for kind, place, *_ in seen.events if kind == "pickle"} <= OURS


def test_the_command_line_asks_nobody(tmp_path):
    question = ["-m", "workbench", "ask", "data/camelids", "Who gives wool?", "--llm", "extractive"]
    seen = watched(tmp_path, [*question, "--map", str(tmp_path / "map.html")])
    assert "wool" in seen.said
    assert seen.elsewhere == set()
    assert seen.dropped in (0, None)


@pytest.mark.slow
def test_the_first_notebook_asks_nobody(tmp_path):
    """Its cells, in a kernel's shell: the kernel itself talks over sockets of this machine that are not ours."""
    cells = [cell.source for cell in read("00-workbench.ipynb").cells if cell.cell_type == "code"]
    script = tmp_path / "cells.py"
    script.write_text(
        "import os\nfrom IPython.core.interactiveshell import InteractiveShell\n"
        f"os.chdir({str(ROOT / 'notebooks')!r})\nshell = InteractiveShell.instance()\n"
        + "".join(f"shell.run_cell({cell!r}).raise_error()\n" for cell in cells)
        + "shell.user_ns['wb'].close() if 'wb' in shell.user_ns else None\n"
    )
    seen = watched(tmp_path, [str(script)])
    assert seen.elsewhere == set()
    assert seen.dropped in (0, None)


CHILD = """import subprocess, sys; subprocess.run([sys.executable, '-c', 'import socket; \
socket.getaddrinfo("reports.invalid", 80)'])"""


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("import socket; socket.socket().connect_ex(('192.0.2.1', 80))", "192.0.2.1"),
        ("import socket; socket.socket(2, 2).sendto(b'x', ('192.0.2.1', 53))", "192.0.2.1"),
        ("import httpx; httpx.get('http://reports.invalid/')", "reports.invalid"),
        ("import urllib.request as u; u.urlopen('http://reports.invalid/')", "reports.invalid"),
        (CHILD, "reports.invalid"),
    ],
)  # fmt: skip
def test_a_request_would_be_seen(tmp_path, line, place):
    if not APART and place != "reports.invalid":
        pytest.skip("it would be sent")
    script = tmp_path / "script.py"
    script.write_text(f"import contextlib\nwith contextlib.suppress(Exception):\n    {line}\n")
    seen = watched(tmp_path, [str(script)])
    assert place in seen.elsewhere
    assert seen.dropped is None or seen.dropped > 0 or place == "reports.invalid"


@pytest.mark.skipif(not APART, reason="this system lets no process have a network of its own")
def test_the_kernel_sees_what_python_does_not(tmp_path):
    """A library's own code raises no event: here it is libc, called directly."""
    script = tmp_path / "native.py"
    script.write_text(
        "import ctypes, struct\nlibc = ctypes.CDLL(None)\nfd = libc.socket(2, 1, 0)\n"
        "there = struct.pack('<H', 2) + struct.pack('>H', 80) + bytes([192, 0, 2, 1]) + bytes(8)\n"
        "libc.connect(fd, there, 16)\n"
    )
    seen = watched(tmp_path, [str(script)])
    assert seen.elsewhere == set()
    assert seen.dropped > 0
