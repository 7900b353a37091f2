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


def scores(wb, questions, judged):
    """Give the mean nDCG@10 and recall@100 over the judged questions."""
    gains, recall = [], []
    for question, grades in judged.items():
        found = [passage.chunk.document for passage in wb.search(questions[question], top_k=100)]
        gains.append(ndcg(found, grades))
        recall.append(len(grades.keys() & set(found)) / len(grades))
    return float(np.mean(gains)), float(np.mean(recall))


@pytest.mark.scifact
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_bundled_model_finds_what_was_published_and_its_int8_copy_nearly_as_much(tmp_path, capsys):
    documents, questions, judged = read(scifact_folder())
    assert len(judged) == 300
    with Workbench(documents, store=tmp_path / "store") as wb:
        wb.chunk_size = "document"
        assert wb.embed().new == 5183
        ndcg_at_10, recall_at_100 = scores(wb, questions, judged)
        assert wb.embed().reused == 5183
        # MTEB's published scores of all-MiniLM-L6-v2 on this task: 0.64508 and 0.925.
        assert ndcg_at_10 == pytest.approx(0.64508, abs=0.002)
        assert recall_at_100 == pytest.approx(0.925, abs=0.002)
        drift = wb.quantize()
        assert drift.overlap >= 0.93
        wb.accept(drift)
        small = scores(wb, questions, judged)
        assert wb.embedded == 5183
        assert small == pytest.approx((ndcg_at_10, recall_at_100), abs=0.012)
    with capsys.disabled():
        print(  # noqa: T201 - the scores stand in the log of every run
            f"\nSciFact nDCG@10 and recall@100: float32 {ndcg_at_10:.5f} {recall_at_100:.5f}, "
            f"int8 {small[0]:.5f} {small[1]:.5f} (overlap@10 {drift.overlap:.3f})"
        )
