"""Run the project's notebooks as a person does who presses Run All."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.name for path in FOLDER.glob("*.ipynb"))


def read(name: str) -> Any:
    """Give a committed notebook."""
    return nbformat.read(FOLDER / name, as_version=4)


def run(name: str, stores: Path) -> Any:
    """Run a notebook in a fresh kernel whose folder is `notebooks/`, and give it with its outputs.

    The first cell that raises raises here. The kernel's stores are in `stores`, and no Ollama answers it.
    """
    notebook = read(name)
    away = {"WORKBENCH_STORES": str(stores), "OLLAMA_HOST": "http://127.0.0.1:9", "PYTHONPATH": str(FOLDER.parent)}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    client.execute(env={**os.environ, **away})
    return notebook


def output(notebook: Any, source: str) -> str:
    """Give the plain text that the one cell with `source` in it shows: what it prints, then its last line's value."""
    (cell,) = (cell for cell in notebook.cells if cell.cell_type == "code" and source in cell.source)
    return "".join(_text(shown) for shown in cell.outputs)


def _text(shown: Any) -> str:
    return shown.text if shown.output_type == "stream" else f"{shown.get('data', {}).get('text/plain', '')}\n"


def run_cells(cells: list[str]) -> list[str]:
    """Run code cells in a fresh kernel, and give the plain text that each shows, stripped."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    client.execute(env={**os.environ, "PYTHONPATH": str(FOLDER.parent)})
    return ["".join(_text(shown) for shown in cell.outputs).strip() for cell in notebook.cells]
