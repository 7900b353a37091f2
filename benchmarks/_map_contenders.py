"""What `benchmarks.map` measures, each function in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._process import answer

PACKAGES = ("numpy", "scipy", "pandas", "sklearn", "torch", "transformers", "plotly", "llama_index", "sympy")
TOKENS = 48
"""Tokens of a chunk: docstrings cut short give many different texts."""


def vectors(number: int, path: str) -> dict[str, Any]:
    """Embed docstrings of installed packages with the bundled model; write (number, 384) to a .npy file."""
    from workbench import embedding_model
    from workbench.corpus import chunk_documents, docstring_documents

    model = embedding_model("bundled:all-MiniLM-L6-v2")
    texts: dict[str, None] = {}
    for package in PACKAGES:
        if len(texts) < number:
            chunks = chunk_documents(docstring_documents([package]), model.tokenizer, TOKENS, 0)
            texts.update(dict.fromkeys(chunk.text for chunk in chunks))
    chosen = list(texts)[:number]
    np.save(path, model.embed(chosen, "document"))
    Path(path).with_suffix(".json").write_text(json.dumps(chosen), encoding="utf-8")
    return {"number": len(chosen)}


def grown(number: int, source: str, path: str) -> dict[str, Any]:
    """Draw `number` vectors around those of another file: for time and memory, not for trust."""
    texts, matrix = json.loads(Path(source).with_suffix(".json").read_text(encoding="utf-8")), np.load(source)
    draw = np.random.default_rng(0)
    rows = draw.integers(len(matrix), size=number)
    more = matrix[rows] + draw.normal(scale=0.02, size=(number, matrix.shape[1])).astype(np.float32)
    np.save(path, more / np.linalg.norm(more, axis=1, keepdims=True))
    Path(path).with_suffix(".json").write_text(json.dumps([f"{texts[row]} {i}" for i, row in enumerate(rows)]))
    return {"number": number}


def first_picture(path: str) -> dict[str, Any]:
    """From vectors to what goes to the page: PCA, traces, figure; seconds after imports, and bytes."""
    from workbench.projection import find_neighbours, pca

    matrix, chunks = _read(path)
    ids = tuple(chunk.id for chunk in chunks)
    _figure(pca(matrix[:100], ids[:100]), chunks[:100])  # imports
    began = time.perf_counter()
    flat = pca(matrix, ids, measure=False)
    projected = time.perf_counter()
    size = _figure(flat, chunks)
    drawn = time.perf_counter()
    find_neighbours(matrix, ids)
    return {
        "pca": projected - began,
        "figure": drawn - projected,
        "payload": size,
        "neighbours": time.perf_counter() - drawn,
    }


def ours(path: str) -> dict[str, Any]:
    """Neighbours and UMAP as the workbench does them, compiled beforehand."""
    from workbench.projection import find_neighbours, pca, umap_layout, warm_up

    matrix, chunks = _read(path)
    ids = tuple(chunk.id for chunk in chunks)
    warm_up()
    began = time.perf_counter()
    flat = pca(matrix, ids, measure=False)
    layout = umap_layout(matrix, ids, flat, neighbours=find_neighbours(matrix, ids))
    return {"seconds": time.perf_counter() - began, "trust": layout.trust}


def plain(path: str) -> dict[str, Any]:
    """`umap.UMAP(metric="cosine", random_state=42).fit`, compiled beforehand, and its trust figure."""
    import umap

    from workbench.projection import find_neighbours, kept_neighbours

    matrix, chunks = _read(path)
    umap.UMAP(metric="cosine", random_state=42).fit(matrix[:600])
    began = time.perf_counter()
    found = umap.UMAP(metric="cosine", random_state=42).fit(matrix)
    seconds = time.perf_counter() - began
    near = find_neighbours(matrix, tuple(chunk.id for chunk in chunks))
    kept = kept_neighbours(near, found.embedding_)
    one = time.perf_counter()
    found.transform(matrix[:1] + 0.01)
    return {"seconds": seconds, "trust": float(kept.mean()), "transform": time.perf_counter() - one}


def question(number: int, rounds: int = 20) -> dict[str, Any]:
    """Placing a question among `number` chunks, given its scores."""
    from workbench.projection import place_query
    from workbench.records import Projection

    draw = np.random.default_rng(0)
    places = draw.normal(size=(number, 2)).astype(np.float32)
    layout = Projection(tuple(map(str, range(number))), places, "umap")
    scores = draw.normal(size=number).astype(np.float32)
    first, times = place_query(layout, scores), []
    for _ in range(rounds):
        began = time.perf_counter()
        again = place_query(layout, scores)
        times.append(time.perf_counter() - began)
    return {"seconds": float(np.median(times)), "identical": bool(np.array_equal(first, again))}


def messages(path: str) -> dict[str, Any]:
    """Ask on the live map: give the messages to the page, their bytes, and the seconds they take."""
    from workbench.figures import map_layout, map_traces
    from workbench.projection import pca
    from workbench.records import Passage, Retrieval
    from workbench.widgets.map_figure import LiveFigure

    sent: list[int] = []
    _count_messages(sent)
    matrix, chunks = _read(path)
    ids = tuple(chunk.id for chunk in chunks)
    layout, known = pca(matrix, ids, measure=False), {chunk.id: chunk for chunk in chunks}
    figure = LiveFigure(map_traces(layout, known), map_layout(layout))
    result: dict[str, Any] = {}
    for name, color in (("lines", "source"), ("recoloured", "similarity")):
        figure.update(map_traces(layout, known, color=color), map_layout(layout))
        scores = matrix @ matrix[17]
        best = np.argsort(-scores)[:5]
        passages = tuple(Passage(rank, float(scores[row]), chunks[row]) for rank, row in enumerate(best, start=1))
        found = Retrieval("a question", passages, scores=scores, ids=ids, vector=matrix[17])
        sent.clear()
        began = time.perf_counter()
        parts = ("points", "query", "passages", *(("key",) if color == "similarity" else ()))
        figure.update(map_traces(layout, known, color=color, retrieval=found, parts=parts), map_layout(layout, found))
        result[name] = {"seconds": time.perf_counter() - began, "messages": len(sent), "bytes": sum(sent)}
        figure.update(map_traces(layout, known), map_layout(layout))
    return result


def reopened(path: str, store: str) -> dict[str, Any]:
    """Read a stored picture of all chunks back, in a process that did not make it; the first call makes it."""
    from workbench.index.layouts import load_layout, save_layout
    from workbench.index.record import Record
    from workbench.projection import pca

    matrix, chunks = _read(path)
    ids, keys = tuple(chunk.id for chunk in chunks), [os.urandom(32) for _ in chunks]
    if not (Path(store) / "record.sqlite3").exists():
        record = Record(Path(store), writable=True)
        save_layout(record, "one", {}, pca(matrix, ids, measure=False), keys)
        record.close()
        return {}
    began = time.perf_counter()
    record = Record(Path(store), writable=False)
    found = load_layout(record, "one", {})
    seconds = time.perf_counter() - began
    record.close()
    assert found is not None
    return {"seconds": seconds, "points": len(found.layout)}


def alive(path: str) -> dict[str, Any]:
    """How late the main thread is, at most, while the app embeds nothing and lays out everything."""
    matrix, chunks = _read(path)
    with tempfile.TemporaryDirectory() as folder:
        from workbench import Workbench

        texts = [chunk.text for chunk in chunks]
        wb = Workbench(texts, store=folder, model=_Looked(dict(zip(texts, matrix, strict=True))), llm="extractive")
        wb.embed()
        drawn = threading.Event()
        wb.panels.map  # noqa: B018 - shows the map, and goes live
        wb.observe(lambda change: change["new"] is not None and drawn.set(), names=["projection"])
        wb.clear_map()
        began = time.perf_counter()
        job = wb.submit("map", "umap", True)
        late, first = [], 0.0
        while not job.done.is_set():
            due = time.perf_counter() + 0.05
            time.sleep(0.05)
            late.append(time.perf_counter() - due)
            if not first and drawn.is_set():
                first = time.perf_counter() - began
        job.wait()
        seconds = time.perf_counter() - began
        wb.close(finish=False)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "first": first,
        "seconds": seconds,
        "late": max(late),
        "late99": float(np.percentile(late, 99)),
        "child_mb": child,
    }


class _Looked:
    """A model that looks its vectors up: the map is what is measured."""

    id, dimensions, max_tokens, special_tokens, batch_size = "test:looked-up", 384, 256, 0, 4096
    query_prefix = document_prefix = ""

    def __init__(self, known: dict[str, np.ndarray]) -> None:
        from workbench.models.tokens import EstimatedTokenizer

        self.known, self.tokenizer = known, EstimatedTokenizer()

    def fingerprint(self) -> dict[str, object]:
        return {"provider": "test"}

    def embed(self, texts: list[str], role: str) -> np.ndarray:  # noqa: ARG002 - the protocol's
        nothing = next(iter(self.known.values()))
        return np.array([self.known.get(text, nothing) for text in texts], dtype=np.float32)

    def close(self) -> None:
        pass


def _read(path: str) -> tuple[np.ndarray, tuple[Any, ...]]:
    from workbench.records import Chunk

    texts = json.loads(Path(path).with_suffix(".json").read_text(encoding="utf-8"))
    chunks = tuple(
        Chunk(f"package/module_{row // 40}.py#{row}:0", f"package/module_{row // 40}.py", 0, 0, len(text), text,
              {"source": f"module_{row // 40}", "group": f"group {row % 9}"})
        for row, text in enumerate(texts)
    )  # fmt: skip
    return np.load(path), chunks


def _figure(layout: Any, chunks: Any) -> int:
    """Build the live figure; give the bytes of its state."""
    from workbench.figures import map_layout, map_traces
    from workbench.widgets.map_figure import LiveFigure

    sent: list[int] = []
    _count_messages(sent)
    LiveFigure(map_traces(layout, chunks), map_layout(layout))
    return sum(sent)


def _count_messages(sent: list[int]) -> None:
    """Let widgets talk to a page that only counts the bytes."""
    import comm

    class Counted(comm.base_comm.BaseComm):
        def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any) -> None:  # fmt: skip  # noqa: E501
            # the widget's own script, plotly.js with it, is the same for every figure
            state = {name: value for name, value in (data or {}).get("state", {}).items() if name != "_esm"}
            size = len(json.dumps([msg_type, {**(data or {}), "state": state}, metadata, keys], default=str))
            sent.append(size + sum(memoryview(one).nbytes for one in buffers or ()))

    comm.create_comm = Counted


FUNCTIONS = {
    one.__name__: one for one in (vectors, grown, first_picture, ours, plain, question, messages, reopened, alive)
}

if __name__ == "__main__":
    answer(FUNCTIONS)
    sys.exit(0)
