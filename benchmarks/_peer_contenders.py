"""What `benchmarks.peers` measures, each map in a process of its own."""

from __future__ import annotations

import asyncio
import importlib
import sys
import tempfile
import time
import types
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._process import answer

WARM = 600
"""Vectors of the map that is made first, untimed: what numba compiles is compiled then."""


def workbench(path: str, folder: str) -> dict[str, Any]:  # noqa: ARG001  (asked as the others are)
    """PCA, exact neighbours and UMAP; the question is placed from its scores."""
    from workbench.projection import find_neighbours, pca, place_query, umap_layout, warm_up

    matrix = np.load(path)
    ids = tuple(map(str, range(len(matrix))))
    warm_up()
    last: list[Any] = []

    def make(vectors: np.ndarray) -> np.ndarray:
        some = ids[: len(vectors)]
        flat = pca(vectors, some, measure=False)
        last[:] = [umap_layout(vectors, some, flat, neighbours=find_neighbours(vectors, some))]
        return last[0].coordinates

    def place(vector: np.ndarray) -> None:
        place_query(last[0], matrix @ vector)

    return _compare(matrix, make, place, "here")


def atlas(path: str, folder: str) -> dict[str, Any]:
    """`async_compute_projection` on a column of vectors; it has no way to place another one."""
    import pandas as pd

    sys.path.append(folder)
    compute = importlib.import_module("embedding_atlas.projection").async_compute_projection

    def make(vectors: np.ndarray) -> np.ndarray:
        frame = pd.DataFrame({"vector": list(vectors)})
        with tempfile.TemporaryDirectory() as cache:  # or the second map would be the first one, read again
            found = asyncio.run(compute(frame, inputs="vector", modality="vector", cache_root=cache))
        return found[["projection_x", "projection_y"]].to_numpy()

    return _compare(np.load(path), make, None, version("embedding-atlas"))


def ragxplorer(path: str, folder: str) -> dict[str, Any]:
    """Fit and, as its `load_pdf` does, transform all vectors again one by one; the question is transformed."""
    sys.path.append(folder)
    # Its __init__ wants versions of Chroma and OpenAI that are long gone; the projection needs neither.
    package = types.ModuleType("ragxplorer")
    package.__path__ = [str(Path(folder) / "ragxplorer")]
    sys.modules["ragxplorer"] = package
    module = importlib.import_module("ragxplorer.projections")
    last: list[Any] = []

    def make(vectors: np.ndarray) -> np.ndarray:
        last[:] = [module.set_up_umap(vectors)]
        return np.stack(module.get_projections(vectors, last[0]), axis=1)

    def place(vector: np.ndarray) -> None:
        module.get_projections(vector[None], last[0])

    return _compare(np.load(path), make, place, version("ragxplorer"))


def _compare(
    matrix: np.ndarray,
    make: Callable[[np.ndarray], np.ndarray],
    place: Callable[[np.ndarray], None] | None,
    name: str,
) -> dict[str, Any]:
    from sklearn.manifold import trustworthiness

    from workbench.projection import find_neighbours, kept_neighbours

    make(matrix[:WARM])
    seconds, coordinates = _timed(make, matrix)
    question = None
    if place is not None:
        place(matrix[17] + np.float32(0.01))
        question, _ = _timed(place, matrix[23] + np.float32(0.01))
    again = make(matrix)
    near = find_neighbours(matrix, tuple(map(str, range(len(matrix)))))
    return {
        "version": name,
        "seconds": seconds,
        "trust": float(kept_neighbours(near, np.asarray(coordinates, dtype=np.float32)).mean()),
        "sklearn": float(trustworthiness(matrix, coordinates, n_neighbors=10, metric="cosine")),
        "same": bool(np.array_equal(coordinates, again)),
        "question": question,
    }


def _timed(call: Callable[[np.ndarray], Any], given: np.ndarray) -> tuple[float, Any]:
    began = time.perf_counter()
    result = call(given)
    return time.perf_counter() - began, result


if __name__ == "__main__":
    answer({"workbench": workbench, "atlas": atlas, "ragxplorer": ragxplorer})
