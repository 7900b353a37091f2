"""Retrieval quality on SciFact (Wadden et al. 2020; the BEIR split), whole documents: a tenth of them, or all.

All where WORKBENCH_FAULTS is 1, as in `make faults`; `benchmarks/retrieval.py` asks all, too.
"""

from __future__ import annotations

import json
from collections import defaultdict

import numpy as np
import pytest

from tests.faults.effort import effort
from tests.needs import scifact_folder
from workbench import Workbench
from workbench.evaluation import ndcg, recall
from workbench.records import Document

WHOLE = bool(effort(0, 1))
# MTEB's published scores of all-MiniLM-L6-v2 on the whole of this task: 0.64508 and 0.925.
EXPECTED = (
    {"dense": (0.64508, 0.925), "lexical": (0.6863, 0.9127), "hybrid": (0.7170, 0.9517)}
    if WHOLE
    else {"dense": (0.83912, 0.9933), "lexical": (0.8405, 0.9667), "hybrid": (0.87172, 0.9933)}
)
"""Mean nDCG@10 and recall@100."""
pytestmark = [pytest.mark.scifact, pytest.mark.slow, pytest.mark.timeout(1800), *[pytest.mark.long] * WHOLE]


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
        judged[questions[question]][document] = int(grade)
    return documents, judged


def some_of(documents, judged):
    """Give what was judged relevant and one in twenty of the rest, which takes a tenth of the time."""
    wanted = {document for grades in judged.values() for document in grades}
    return [one for number, one in enumerate(documents) if one.id in wanted or number % 20 == 0]


@pytest.fixture(scope="module")
def scifact(tmp_path_factory):
    """Give the embedded corpus and its judgements, once for all tests here."""
    documents, judged = read(scifact_folder())
    assert (len(documents), len(judged)) == (5183, 300)
    documents = documents if WHOLE else some_of(documents, judged)
    with Workbench(documents, store=tmp_path_factory.mktemp("scifact") / "store", llm="extractive") as wb:
        wb.chunk_size = "document"
        assert wb.embed().new == (5183 if WHOLE else 528)
        yield wb, judged


def scores(wb, judged, **options):
    """Give the mean nDCG@10 and recall@100 over the judged questions."""
    gains, shares = [], []
    for question, grades in judged.items():
        found = [passage.chunk.document for passage in wb.search(question, top_k=100, **options)]
        gains.append(ndcg(found, grades, 10))
        shares.append(recall(found, grades, 100))
    return float(np.mean(gains)), float(np.mean(shares))


@pytest.mark.parametrize("mode", EXPECTED)
def test_each_mode_finds_what_it_should(scifact, mode, capsys):
    wb, judged = scifact
    found = scores(wb, judged, mode=mode)
    with capsys.disabled():
        print(f"\nSciFact {mode}: nDCG@10 {found[0]:.5f}, recall@100 {found[1]:.5f}")  # noqa: T201 - in every log
    assert found == pytest.approx(EXPECTED[mode], abs=0.002)


def test_chromas_graph_misses_little(scifact):
    wb, judged = scifact
    found = [wb.search(question, top_k=10, engine="hnsw").recall for question in list(judged)[:20]]
    assert np.mean(found) >= 0.95


@pytest.mark.skipif(not WHOLE, reason="takes a minute of both cores: asked for by make faults")
def test_its_int8_copy_finds_nearly_as_much(scifact, capsys):
    wb, judged = scifact
    full = scores(wb, judged)
    drift = wb.quantize()
    assert drift.overlap >= 0.93
    wb.accept(drift)
    small = scores(wb, judged)
    assert wb.embedded == 5183
    with capsys.disabled():
        print(  # noqa: T201 - the scores stand in the log of every run
            f"\nSciFact int8: nDCG@10 {small[0]:.5f}, recall@100 {small[1]:.5f} (overlap@10 {drift.overlap:.3f})"
        )
    assert small == pytest.approx(full, abs=0.012)
