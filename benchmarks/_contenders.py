"""What `benchmarks.embedding` compares; each function runs in a process of its own."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._process import answer

BUNDLED = "bundled:all-MiniLM-L6-v2"


def scifact(limit: int | None = None) -> tuple[list[str], list[str]]:
    """Give ids and whole texts of SciFact's abstracts."""
    base = Path(os.environ.get("WORKBENCH_EVAL") or Path(__file__).resolve().parents[2] / "shared" / "eval")
    file = base / "scifact" / "corpus.jsonl"
    if not file.exists():
        raise SystemExit("Set WORKBENCH_EVAL to a folder that holds scifact/corpus.jsonl, as the BEIR project has it.")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()][:limit]
    return [row["_id"] for row in rows], [f"{row['title']} {row['text']}" for row in rows]


def queries(number: int) -> list[str]:
    """Give distinct short questions."""
    animals = ("llama", "alpaca", "vicuña", "guanaco", "dromedary", "camel", "otter", "heron")
    asked = ("eat", "weigh", "carry", "drink", "fear", "hear", "need", "like")
    places = (
        "in winter",
        "at night",
        "in the Andes",
        "near water",
        "in a herd",
        "when young",
        "in the desert",
        "alone",
    )
    every = [f"What does a {a} {b} {c}?" for a in animals for b in asked for c in places]
    return every[:number]


def llama_index_end_to_end(limit: int | None) -> dict[str, Any]:
    """LlamaIndex, Chroma and HuggingFaceEmbedding with their defaults."""
    import chromadb
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from workbench.models.bundled_files import checked_files

    model = HuggingFaceEmbedding(str(checked_files()), device="cpu", query_instruction="", text_instruction="")
    model.get_text_embedding("warm")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        ids, texts = scifact(limit)
        documents = [Document(id_=name, text=text) for name, text in zip(ids, texts, strict=True)]
        collection = chromadb.PersistentClient(folder).create_collection("scifact", embedding_function=None)
        storage = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
        VectorStoreIndex.from_documents(documents, storage_context=storage, embed_model=model)
        return {"seconds": time.perf_counter() - began, "chunks": collection.count()}


def ours_end_to_end(limit: int | None, store: str, calibration: str = "") -> dict[str, Any]:
    """Read, cut, embed, store; then again, unchanged; then with one document in a hundred changed."""
    from workbench import Workbench, embedding_model
    from workbench.records import Document

    model = embedding_model(BUNDLED, **({"dtype": "int8", "calibration": calibration} if calibration else {}))
    model.embed(["warm"], "document")

    def run(change: bool) -> tuple[float, float, int]:
        began = time.perf_counter()
        documents = [Document(name, text) for name, text in zip(*scifact(limit), strict=True)]
        if change:
            documents[::100] = [Document(one.id, one.text + " And so it was.") for one in documents[::100]]
        wb = Workbench(documents, store=store, model=model)
        wb.chunk_size = "document"
        report = wb.embed()
        stored = time.perf_counter() - began
        wb.close()  # waits for Chroma
        return stored, time.perf_counter() - began, report.new + report.changed

    first, with_chroma, computed = run(change=False)
    again, _, none = run(change=False)
    changed, _, few = run(change=True)
    assert none == 0
    return {
        "seconds": with_chroma,
        "record": first,
        "chunks": computed,
        "again": again,
        "changed": changed,
        "changed_chunks": few,
    }


def calibrate(limit: int | None) -> dict[str, Any]:
    """Make the int8 copy for these texts, and measure its drift."""
    from workbench import Workbench
    from workbench.records import Document

    with tempfile.TemporaryDirectory() as folder:
        documents = [Document(name, text) for name, text in zip(*scifact(limit), strict=True)]
        wb = Workbench(documents, store=folder)
        wb.chunk_size = "document"
        began = time.perf_counter()
        found = wb.quantize()
        seconds = time.perf_counter() - began
        wb.close(finish=False)
    return {
        "calibration": found.calibration,
        "seconds": found.seconds,
        "with_drift": seconds,
        "mean": found.mean_cosine,
        "least": found.least_cosine,
        "overlap": found.overlap,
        "speed": found.speed,
    }


def throughput(contender: str, calibration: str, number: int, rounds: int) -> dict[str, Any]:
    """Questions a second, in batches of `number`, as LlamaIndex's page on embeddings measures it."""
    import statistics

    texts = queries(number)
    if contender == "HuggingFaceEmbedding":
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        from workbench.models.bundled_files import checked_files

        peer = HuggingFaceEmbedding(str(checked_files()), device="cpu", query_instruction="", text_instruction="")
        run = peer.get_text_embedding_batch
    else:
        from workbench import embedding_model

        model = embedding_model(BUNDLED, **({"dtype": "int8", "calibration": calibration} if calibration else {}))

        def run(texts: list[str]) -> object:
            return model.embed(texts, "query")

    run(texts[:8])
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        run(texts)
        seconds.append(time.perf_counter() - began)
    return {"rate": number / statistics.median(seconds)}


def short_chunks(number: int, chroma: bool) -> dict[str, Any]:
    """Embed `number` distinct texts of about 16 tokens into a store of their own."""
    import resource

    from workbench import Workbench, embedding_model

    model = embedding_model(BUNDLED)
    model.embed(["warm"], "document")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    texts = [
        f"Animal {at} of herd {at % 97} crosses the {at % 13} hills at {at % 24} o'clock today." for at in range(number)
    ]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        wb = Workbench(texts, store=folder, model=model)
        report = wb.embed()
        stored = time.perf_counter() - began
        wb.close(finish=chroma)
        total = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert report.new == number
    return {
        "record": stored,
        "chroma": total - stored,
        "grown_mb": after - before,
        "vectors_mb": number * 384 * 4 / 1e6,
    }


def gpu(number: int) -> dict[str, Any]:
    """Float16 on a GPU, where there is one."""
    import torch

    if not torch.cuda.is_available():
        return {"device": ""}
    from workbench import embedding_model
    from workbench.models.bundled_files import checked_files

    _, texts = scifact(number)
    rates = {}
    for dtype in ("float32", "float16"):
        model = embedding_model(f"huggingface:{checked_files()}", backend="torch", device="cuda", dtype=dtype)
        model.embed(texts[:64], "document")
        began = time.perf_counter()
        model.embed(texts, "document")
        rates[dtype] = len(texts) / (time.perf_counter() - began)
        model.close()
    return {"device": torch.cuda.get_device_name(), **rates}


if __name__ == "__main__":
    answer(
        {
            function.__name__: function
            for function in (llama_index_end_to_end, ours_end_to_end, calibrate, throughput, short_chunks, gpu)
        }
    )
