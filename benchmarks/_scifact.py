"""SciFact with whole documents: how well each way to search finds what people judged relevant."""

from __future__ import annotations

import json
import os
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from workbench import Workbench
from workbench.evaluation import ndcg, recall
from workbench.records import Document

WAYS: dict[str, dict[str, Any]] = {
    "dense": {},
    "BM25": {"mode": "lexical"},
    "hybrid (RRF 60)": {"mode": "hybrid"},
}

HNSW = 50
"""Questions asked of Chroma's index, which is opened anew for each."""


def folder() -> Path:
    """Give SciFact's folder: `scifact` below WORKBENCH_EVAL, or below ../shared/eval beside the checkout."""
    base = Path(os.environ.get("WORKBENCH_EVAL") or Path(__file__).resolve().parents[2] / "shared" / "eval")
    if not (base / "scifact" / "corpus.jsonl").is_file():
        raise SystemExit("Set WORKBENCH_EVAL to a folder that holds scifact/corpus.jsonl, as the BEIR project has it.")
    return base / "scifact"


def quality() -> dict[str, dict[str, float]]:
    """Give nDCG@10, recall@100 and seconds a search; the vectors stay in the default store between runs."""
    found = {}
    documents, judged = _read(folder())
    with Workbench(documents, llm="extractive") as wb:
        wb.chunk_size = "document"
        wb.embed()
        for name, options in WAYS.items():
            found[name] = _measured(wb, judged, options)
        few = dict(list(judged.items())[:HNSW])
        found[f"dense by HNSW, {HNSW} questions"] = _measured(wb, few, {"engine": "hnsw"})
        if os.environ.get("WORKBENCH_RERANKER"):
            found["reranked"] = _measured(wb, judged, {"rerank": os.environ["WORKBENCH_RERANKER"]})
        wb.accept(wb.quantize())
        found["dense, int8 copy"] = _measured(wb, judged, {})
    return found


def _measured(wb: Workbench, judged: dict[str, dict[str, int]], options: dict[str, Any]) -> dict[str, float]:
    rows: dict[str, list[float]] = defaultdict(list)
    for question, grades in judged.items():
        result = wb.search(question, top_k=100, **options)
        found = [passage.chunk.document for passage in result]
        rows["nDCG@10"].append(ndcg(found, grades, 10))
        rows["recall@100"].append(recall(found, grades, 100))
        if result.recall is not None:
            rows["recall against exact"].append(result.recall)
        rows["ms"].append(1000 * result.seconds["search"])
    return {name: statistics.median(row) if name == "ms" else statistics.fmean(row) for name, row in rows.items()}


def _read(base: Path) -> tuple[list[Document], dict[str, dict[str, int]]]:
    def lines(name: str) -> list[dict[str, str]]:
        return [json.loads(line) for line in (base / name).read_text(encoding="utf-8").splitlines()]

    documents = [Document(row["_id"], f"{row['title']} {row['text']}") for row in lines("corpus.jsonl")]
    questions = {row["_id"]: row["text"] for row in lines("queries.jsonl")}
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (base / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        judged[questions[question]][document] = int(grade)
    return documents, judged
