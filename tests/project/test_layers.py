"""Dependencies point one way, and a layer loads only what it is about: seen in fresh interpreters."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.project.files import PACKAGE, ROOT, imports

HEAVY = {
    "torch", "transformers", "sentence_transformers", "openvino", "onnxruntime", "chromadb", "llama_index",
    "umap", "numba", "sklearn", "scipy", "pandas", "plotly",
}  # fmt: skip
WIDGETS = {"ipywidgets", "anywidget", "IPython"}

BASE = ("records", "errors", "protocols", "paths", "seam", "disk", "shown")
STAGES = ("corpus", "models", "index", "retrieval", "generation", "projection", "evaluation")
OUTSIDE = ("figures", "interop", "export", "doctor")
LAYERS = (BASE, STAGES, OUTSIDE, ("jobs", "session", "frames"), ("widgets",), ("app",))

ALLOWED_HEAVY = {"widgets": WIDGETS | {"plotly"}, "app": WIDGETS | {"plotly"}}
"""Only what draws in the browser may load what draws in the browser."""

UPWARD = {("session", "app"), ("records", "frames")}
"""`wb` as the last line of a cell shows the app, a record its table: looked up inside the method that shows it."""

UNDER_HALF_A_SECOND = 0.25
"""Seconds for `import workbench`; the promise is 0.5 on a quiet machine, and this one may be busy."""

PROBE = """
import json, sys, time
start = time.perf_counter()
import importlib
importlib.import_module(sys.argv[1])
print(json.dumps([time.perf_counter() - start, sorted({name.partition(".")[0] for name in sys.modules}),
                  sorted(name for name in sys.modules if name.startswith("workbench"))]))
"""


def load(module: str) -> tuple[float, set[str], set[str]]:
    """Import `module` in a fresh interpreter: seconds, the packages loaded, and our own modules loaded."""
    command = (sys.executable, "-W", "error", "-c", PROBE, module)
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    seconds, packages, ours = json.loads(done.stdout)
    return seconds, set(packages), set(ours)


def parts(layers: tuple[tuple[str, ...], ...] = LAYERS) -> list[str]:
    """Give the parts of the package that are there, from the ground up."""
    named = [part for layer in layers for part in layer]
    return [part for part in named if (PACKAGE / part).is_dir() or (PACKAGE / f"{part}.py").exists()]


def files_of(part: str) -> list:
    """Give the Python files of a part."""
    return sorted((PACKAGE / part).rglob("*.py")) if (PACKAGE / part).is_dir() else [PACKAGE / f"{part}.py"]


def level(module: str) -> int | None:
    """Give the height of a module of ours: 0 for records; None for what is not ours or in no layer."""
    names = module.split(".")
    if names[0] != "workbench" or len(names) == 1:
        return None
    return next((height for height, layer in enumerate(LAYERS) if names[1] in layer), None)


def test_importing_the_workbench_loads_nothing_heavy_and_is_quick():
    runs = [load("workbench") for _ in range(3)]
    assert runs[0][1] & (HEAVY | WIDGETS | {"numpy", "traitlets"}) == set()
    assert min(seconds for seconds, _, _ in runs) < UNDER_HALF_A_SECOND


@pytest.mark.parametrize("part", parts())
def test_a_part_loads_no_heavy_library_and_nothing_from_above(part):
    _, packages, ours = load(f"workbench.{part}")
    assert packages & (HEAVY | WIDGETS) <= ALLOWED_HEAVY.get(part, set())
    height = level(f"workbench.{part}")
    assert {module for module in ours if (level(module) or 0) > height} == set()


@pytest.mark.parametrize("part", parts())
def test_a_part_never_imports_from_above_in_any_function(part):
    height = level(f"workbench.{part}")
    upward = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files_of(part)
        for name in imports(path)
        if (level(name) or 0) > height and (part, name.split(".")[1]) not in UPWARD
    }
    assert upward == set()


@pytest.mark.parametrize("stage", parts((STAGES, OUTSIDE)))
def test_a_stage_never_imports_widgets(stage):
    named = {name.partition(".")[0] for path in files_of(stage) for name in imports(path)}
    assert named & WIDGETS == set()


@pytest.mark.parametrize(
    ("part", "forbidden"),
    [
        ("retrieval", {"chromadb", "ollama", "openvino"}),
        ("widgets", {"chromadb", "ollama", "openvino", "torch", "llama_index"}),
        ("app", {"chromadb", "ollama", "openvino", "torch", "llama_index"}),
        ("figures", {"chromadb", "ollama", "openvino", "umap"}),
        ("projection", {"chromadb", "ollama", "openvino"}),
    ],
)
def test_only_the_stage_in_charge_names_a_library(part, forbidden):
    named = {name.partition(".")[0] for path in files_of(part) for name in imports(path)}
    assert named & forbidden == set()


def test_widgets_name_no_provider():
    named = {name for part in ("widgets", "app") for path in files_of(part) for name in imports(path)}
    stages = [f"workbench.{stage}.{path.stem}" for stage in ("models", "generation") for path in files_of(stage)]
    assert named & set(stages) == set()
    assert [name for name in named if name.startswith(tuple(f"{module}." for module in stages))] == []
