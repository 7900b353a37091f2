"""Retrieval quality on SciFact (Wadden et al. 2020; the BEIR split), whole documents, exact search."""

from __future__ import annotations

import json
import math
from collections import defaultdict

import numpy as np
import pytest

from tests.needs import scifact_folder
from workbench import Workbench
from workbench.records import Document


def read(folder):
    documents = [
        Document(row["_id"], f"{row['title']} {row['text']}")
        for row in map(json.loads, (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines())
    ]
    questions = {
        row["_id"]: row["text"]
        for row in map(json.loads, (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines())
    }
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        judged[question][document] = int(grade)
    return documents, questions, judged


def ndcg(found, grades, k=10):
    gains = [grades.get(document, 0) / math.log2(place + 2) for place, document in enumerate(found[:k])]
    best = [grade / math.log2(place + 2) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:k])]
    return sum(gains) / sum(best)


@pytest.mark.scifact
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_bundled_model_finds_what_was_published(tmp_path):
    documents, questions, judged = read(scifact_folder())
    with Workbench(documents, store=tmp_path / "store") as wb:
        wb.chunk_size = "document"
        assert wb.embed().new == 5183
        found = {
            question: [passage.chunk.document for passage in wb.search(questions[question], top_k=100)]
            for question in judged
        }
        assert wb.embed().reused == 5183
    gains = [ndcg(found[question], judged[question]) for question in judged]
    recall = [len(judged[question].keys() & set(found[question])) / len(judged[question]) for question in judged]
    assert len(judged) == 300
    # MTEB's published scores of all-MiniLM-L6-v2 on this task: 0.64508 and 0.925.
    assert np.mean(gains) == pytest.approx(0.64508, abs=0.002)
    assert np.mean(recall) == pytest.approx(0.925, abs=0.002)
