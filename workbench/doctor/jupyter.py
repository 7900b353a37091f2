"""Whether widgets can be drawn: JupyterLab, its extensions, the kernel and the server belong together."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from workbench.doctor.checking import Check, Said, note, ok, problem

__all__ = ["CHECKS"]

_EXTENSIONS = {"@jupyter-widgets/jupyterlab-manager": "jupyterlab-widgets", "anywidget": "anywidget"}
"""What JupyterLab needs to draw a widget, and the package that brings it."""
_MESSAGE = "widgets show “Error displaying widget: model not found”"


def _extensions() -> Iterator[Said]:
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    wrong = [said for name, package in _EXTENSIONS.items() for said in _extension(folders, name, package)]
    wrong += [_disabled(name) for name in _switched_off() if name in _EXTENSIONS]
    yield from wrong
    if not wrong:
        yield ok("JupyterLab has the extensions that draw widgets, those of this environment.")


def _extension(folders: list[Path], name: str, package: str) -> Iterator[Said]:
    there = [folder for folder in folders if (folder / name / "package.json").is_file()]
    if not there:
        yield problem(
            f"JupyterLab's extension {name} is not there: {_MESSAGE}.",
            f"Install it: `python -m pip install --force-reinstall --no-deps {package}`, then start JupyterLab again.",
        )
        return
    own = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    used, ours = (_version(folder / name) for folder in (there[0], own))
    if ours and used != ours:
        yield problem(
            f"Another copy of JupyterLab's extension {name} ({used}, in {there[0]}) hides that of this environment "
            f"({ours}): {_MESSAGE}.",
            "Delete that copy, or let this environment come first: `export JUPYTER_PREFER_ENV_PATH=1`.",
        )
    elif name == package and ours and ours != _installed(package):
        yield problem(
            f"JupyterLab's extension {name} is {ours}, the package {_installed(package)}: {_MESSAGE}.",
            f"Install it anew: `python -m pip install --force-reinstall --no-deps {package}`.",
        )


def _version(folder: Path) -> str:
    try:
        return str(json.loads((folder / "package.json").read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _switched_off() -> Iterator[str]:
    from jupyter_core.paths import jupyter_config_path

    for folder in jupyter_config_path():
        file = Path(folder) / "labconfig" / "page_config.json"
        try:
            off = json.loads(file.read_text("utf-8")).get("disabledExtensions") or {}
        except (OSError, ValueError, AttributeError):
            continue
        yield from (name for name in off if not isinstance(off, dict) or off[name])


def _disabled(name: str) -> Said:
    return problem(
        f"JupyterLab's extension {name} is switched off: {_MESSAGE}.",
        f"Switch it on: `jupyter labextension enable {name}`.",
    )


def _kernel() -> Iterator[Said]:
    found = _spec()
    if found is None:
        yield problem(
            "There is no kernel `python3` that JupyterLab could start.",
            "Make one: `python -m ipykernel install --sys-prefix`.",
        )
        return
    file, argv = found
    started = str(argv[0]) if argv else ""
    if Path(started).name == started or _same(Path(started)):
        yield ok(f"The kernel `python3` runs this environment ({sys.prefix}).")
    else:
        yield problem(
            f"The kernel `python3` ({file}) runs {started}, which is another Python than this one ({sys.executable}).",
            "Let it be this one: `python -m ipykernel install --sys-prefix`.",
        )


def _spec() -> tuple[Path, list[object]] | None:
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("kernels"):
        file = Path(folder) / "python3" / "kernel.json"
        try:
            argv = json.loads(file.read_text("utf-8"))["argv"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        return file, argv if isinstance(argv, list) else []
    return None


def _same(python: Path) -> bool:
    # Not resolved: the Pythons of all virtual environments are links to the same file.
    return python.parent in {Path(sys.executable).parent, Path(sys.prefix) / "bin", Path(sys.prefix) / "Scripts"}


def _server() -> Iterator[Said]:
    parent = os.environ.get("JPY_PARENT_PID", "")
    try:
        command = Path("/proc", str(int(parent)), "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except (OSError, ValueError):
        return  # no notebook, or a system that does not tell
    python = Path(command[0])
    if python.is_absolute() and not _same(python):
        yield note(
            f"JupyterLab runs on {python}, this kernel on {sys.executable}: if {_MESSAGE}, the widget packages are "
            "missing there.",
            "Install them there, or start JupyterLab from here: `python -m workbench lab`.",
        )
    else:
        yield ok("JupyterLab and this kernel run in one environment.")


CHECKS = (Check("widgets", _extensions), Check("kernel", _kernel), Check("server", _server))
